import type { Random } from '../random.js';
import type { RawRecord } from './raw-record.js';

/** Records that can never be rated: each must end in `cdr.rejected` with its reason, and none may stop a partition. */
const MAKERS: readonly ((random: Random) => Pick<RawRecord, 'source' | 'value'>)[] = [
  (random) => platform(`{"id":"${random.uuid()}","event":"accepted","account":"direct-1","to":"+4915`),
  () => platform('[]'),
  () => platform('null'),
  (random) => ({ source: 'platform', value: Buffer.from(random.hex(200), 'hex') }),
  (random) =>
    platform(
      JSON.stringify({
        id: random.uuid(),
        event: 'accepted',
        account: 'nobody',
        at: new Date(1.7e12).toISOString(),
        to: '+4915112345678',
      }),
    ),
  (random) =>
    platform(
      JSON.stringify({
        id: random.uuid(),
        event: 'accepted',
        account: 'direct-1',
        at: 'yesterday',
        to: '+4915112345678',
      }),
    ),
  (random) =>
    platform(
      JSON.stringify({
        id: random.uuid(),
        event: 'teleported',
        account: 'direct-1',
        at: '2026-01-01T00:00:00Z',
        to: '+4915112345678',
      }),
    ),
  () => platform(`${'['.repeat(5000)}${']'.repeat(5000)}`),
  (random) =>
    platform(JSON.stringify({ id: random.uuid(), event: 'accepted', account: 'direct-1', to: 'x'.repeat(70_000) })),
  () => ({ source: 'kannel', value: Buffer.from('2026-11-22 13:23:18 Sent SMS [SMSC:atlas-1') }),
  (random) => ({ source: 'kannel', value: Buffer.from(random.hex(120), 'hex') }),
  (random) => ({ source: 'unconfigured', value: Buffer.from(`{"id":"${random.uuid()}"}`) }),
];

export function drawGarbage(random: Random): Pick<RawRecord, 'source' | 'value'> {
  return random.pick(MAKERS)(random);
}

function platform(text: string): Pick<RawRecord, 'source' | 'value'> {
  return { source: 'platform', value: Buffer.from(text) };
}
