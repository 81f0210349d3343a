const df = require('durable-functions');

const recommendations = {
  1: { recommendedCities: ['Tokyo', 'Seattle'], recommendedSeasons: ['Spring', 'Summer'] },
  2: { recommendedCities: ['Seattle', 'London'], recommendedSeasons: ['Summer'] },
  3: { recommendedCities: ['Tokyo', 'London'], recommendedSeasons: ['Spring', 'Summer'] },
};

// The input is the user's choice: 1, 2 or 3. Whoever watches the custom status sees what is recommended.
df.app.orchestration('CityRecommender', function* (context) {
  const recommendation = recommendations[context.df.getInput()];
  if (recommendation !== undefined) context.df.setCustomStatus(recommendation);
});
