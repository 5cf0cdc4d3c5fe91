import { endLeftovers } from './pid-files.js';

const GRACE_MS = 10_000;

/**
 * Ends what a supervisor left behind when it died without a word: `reaper.main.js FOLDER`. It holds the far end of a
 * pipe from its supervisor; the kernel closes that pipe however the supervisor ends. An orderly stop has ended every
 * part before, so nothing is left to do then.
 */
const folder = process.argv[2];
if (folder === undefined) throw new Error('the folder is needed');
process.stdin.resume();
process.stdin.once('end', () => void endLeftovers(folder, ['reaper'], GRACE_MS).then(() => process.exit(0)));
process.stdin.once('error', () => process.exit(1));
