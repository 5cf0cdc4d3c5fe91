import { become, build } from './shell.mjs';

await build();
await become('libs/events/dist/generate.main.js', process.argv.slice(2));
