import * as df from 'durable-functions';
import type { OrchestrationContext, OrchestrationHandler } from 'durable-functions';

interface StudentInfo {
  major: string;
  universityYear: number;
}

interface Location {
  city: string;
  state: string;
}

/** An activity takes one input: several values travel as one composite object. */
const getCourseRecommendations: OrchestrationHandler = function* (context: OrchestrationContext) {
  const major = 'ComputerScience';
  const universityYear = context.df.getInput<number>();

  return yield context.df.callActivity('CourseRecommendations', { major, universityYear });
};
df.app.orchestration('GetCourseRecommendations', getCourseRecommendations);

df.app.activity('CourseRecommendations', {
  handler: ({ major, universityYear }: StudentInfo) => ({
    major,
    universityYear,
    recommendedCourses: ['Introduction to .NET Programming', 'Introduction to Linux', 'Becoming an Entrepreneur'],
  }),
});

const getWeatherOrchestrator: OrchestrationHandler = function* (context: OrchestrationContext) {
  const location: Location = { city: 'Seattle', state: 'WA' };
  return yield context.df.callActivity('GetWeather', location);
};
df.app.orchestration('GetWeatherOrchestrator', getWeatherOrchestrator);

df.app.activity('GetWeather', {
  handler: ({ city, state }: Location): string => (city === 'Seattle' && state === 'WA' ? 'Cloudy' : 'Unknown'),
});
