import { become, build } from './shell.mjs';

await build();
await become('deploy/local/dist/main.js', process.argv.slice(2));
