import { become, build } from './shell.mjs';

await build();
await become('tools/chaos/dist/main.js', process.argv.slice(2));
