import * as df from 'durable-functions';
import type { OrchestrationContext, OrchestrationHandler } from 'durable-functions';

interface Recommendation {
  recommendedCities: string[];
  recommendedSeasons: string[];
}

const recommendations = new Map<number, Recommendation>([
  [1, { recommendedCities: ['Tokyo', 'Seattle'], recommendedSeasons: ['Spring', 'Summer'] }],
  [2, { recommendedCities: ['Seattle', 'London'], recommendedSeasons: ['Summer'] }],
  [3, { recommendedCities: ['Tokyo', 'London'], recommendedSeasons: ['Spring', 'Summer'] }],
]);

/** The input is the user's choice: 1, 2 or 3. Whoever watches the custom status sees what is recommended. */
const cityRecommender: OrchestrationHandler = function* (context: OrchestrationContext) {
  const recommendation = recommendations.get(context.df.getInput<number>() ?? 0);
  if (recommendation !== undefined) context.df.setCustomStatus(recommendation);
};
df.app.orchestration('CityRecommender', cityRecommender);
