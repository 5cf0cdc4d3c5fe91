export { ratingConfigSchema, type RatingConfig } from './config.js';
export { startRating } from './start-rating.js';
