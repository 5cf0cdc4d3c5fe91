import { become, build } from './shell.mjs';

await build();
await become('tools/bench/dist/main.js', process.argv.slice(2));
