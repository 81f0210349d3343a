const df = require('durable-functions');

// An activity takes one input: several values travel as one composite object.
df.app.orchestration('GetCourseRecommendations', function* (context) {
  const major = 'ComputerScience';
  const universityYear = context.df.getInput();

  return yield context.df.callActivity('CourseRecommendations', { major, universityYear });
});

df.app.activity('CourseRecommendations', {
  handler: ({ major, universityYear }) => ({
    major,
    universityYear,
    recommendedCourses: ['Introduction to .NET Programming', 'Introduction to Linux', 'Becoming an Entrepreneur'],
  }),
});

df.app.orchestration('GetWeatherOrchestrator', function* (context) {
  const location = { city: 'Seattle', state: 'WA' };
  return yield context.df.callActivity('GetWeather', location);
});

df.app.activity('GetWeather', {
  handler: ({ city, state }) => (city === 'Seattle' && state === 'WA' ? 'Cloudy' : 'Unknown'),
});
