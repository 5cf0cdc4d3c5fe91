import { Text } from '@mantine/core';
import type { Live } from './api.js';
import { formatCount } from './decimal.js';
import { duration } from './time.js';

type Tone = 'plain' | 'warn';

function Tile({ label, value, note, tone = 'plain', id }: { label: string; value: string; note: string; tone?: Tone; id: string }) {
  return (
    <div className="panel" data-testid={id}>
      <Text size="xs" c="dimmed" fw={500}>
        {label}
      </Text>
      <Text className="number" fz={26} fw={600} lh={1.3} c={tone === 'warn' ? 'orange' : 'inherit'} style={{ letterSpacing: '-0.02em' }}>
        {value}
      </Text>
      <Text size="xs" c="dimmed">
        {note}
      </Text>
    </div>
  );
}

const PER_SECOND_WINDOW = 10;

/** The mean over the last whole seconds: the running one is not over and would always look low. */
export function currentRate(perSecond: Live['perSecond']): number {
  const whole = perSecond.slice(0, -1).slice(-PER_SECOND_WINDOW);
  if (whole.length === 0) return perSecond.at(-1)?.messages ?? 0;
  return whole.reduce((sum, second) => sum + second.messages, 0) / whole.length;
}

export function Tiles({ live }: { live: Live }) {
  const { totals, latency, lag } = live;
  const behind = lag.reduce((sum, entry) => sum + entry.lag, 0);
  const shareOf = (count: number): string => (totals.messages === 0 ? 'of none' : `${((count / totals.messages) * 100).toFixed(2)} % of messages`);
  return (
    <div className="tiles" id="figures">
      <Tile id="rate" label="Messages per second" value={formatCount(currentRate(live.perSecond))} note="mean of the last 10 s" />
      <Tile id="rated" label="Rated today" value={formatCount(totals.rated)} note={`of ${formatCount(totals.messages)} messages`} />
      <Tile id="unrated" label="Unrated today" value={formatCount(totals.unrated)} note={shareOf(totals.unrated)} tone={totals.unrated > 0 ? 'warn' : 'plain'} />
      <Tile id="rejected" label="Rejected today" value={formatCount(totals.rejected)} note="records, can be replayed" tone={totals.rejected > 0 ? 'warn' : 'plain'} />
      <Tile
        id="latency"
        label="End to end, half within"
        value={latency.p50Ms === null ? '—' : duration(latency.p50Ms)}
        note={latency.p99Ms === null ? 'nothing measured yet' : `99 % within ${duration(latency.p99Ms)}`}
      />
      <Tile id="lag" label="Waiting in Kafka" value={formatCount(behind)} note={behind === 0 ? 'every reader is at the end' : 'records not read yet'} />
    </div>
  );
}
