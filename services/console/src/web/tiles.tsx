import { Text } from '@mantine/core';
import type { Live } from './api.js';
import { formatCount } from './decimal.js';
import { duration } from './time.js';

interface TileProps {
  id: string;
  label: string;
  value: string;
  note: string;
  warn?: boolean;
}

function Tile({ id, label, value, note, warn = false }: TileProps) {
  return (
    <div className="panel" data-testid={id}>
      <Text size="xs" c="dimmed" fw={500}>
        {label}
      </Text>
      <Text
        data-testid={`${id}-value`}
        className="number"
        fz={26}
        fw={600}
        lh={1.3}
        c={warn ? 'orange' : 'inherit'}
        style={{ letterSpacing: '-0.02em' }}
      >
        {value}
      </Text>
      <Text size="xs" c="dimmed">
        {note}
      </Text>
    </div>
  );
}

const RATE_WINDOW_SEC = 10;

/** The mean over the last whole seconds: the running one is not over and would always look low. */
export function currentRate(perSecond: Live['perSecond']): number {
  const whole = perSecond.slice(0, -1).slice(-RATE_WINDOW_SEC);
  return whole.length === 0 ? 0 : whole.reduce((sum, second) => sum + second.messages, 0) / whole.length;
}

export function Tiles({ live }: { live: Live }) {
  const { totals, latency, lag } = live;
  const behind = lag.reduce((sum, entry) => sum + entry.lag, 0);
  const mostRejected = live.rejectReasons.reduce<{ reason: string; records: number } | null>(
    (most, entry) => (entry.records > (most?.records ?? 0) ? entry : most),
    null,
  );
  return (
    <div className="tiles" id="figures">
      <Tile
        id="rate"
        label="Messages per second"
        value={formatCount(currentRate(live.perSecond))}
        note="mean of the last 10 s"
      />
      <Tile
        id="rated"
        label="Rated today"
        value={formatCount(totals.rated)}
        note={`of ${formatCount(totals.messages)} messages`}
      />
      <Tile
        id="unrated"
        label="Unrated today"
        value={formatCount(totals.unrated)}
        note={
          totals.messages === 0
            ? 'nothing to price yet'
            : `${((totals.unrated / totals.messages) * 100).toFixed(2)} % of messages`
        }
        warn={totals.unrated > 0}
      />
      <Tile
        id="rejected"
        label="Rejected today"
        value={formatCount(totals.rejected)}
        note={mostRejected === null ? 'no record was refused' : `most: ${mostRejected.reason.replaceAll('_', ' ')}`}
        warn={totals.rejected > 0}
      />
      <Tile
        id="latency"
        label="End to end, half within"
        value={latency.p50Ms === null ? '—' : duration(latency.p50Ms)}
        note={latency.p99Ms === null ? 'nothing came in the last minute' : `99 % within ${duration(latency.p99Ms)}`}
      />
      <Tile
        id="lag"
        label="Waiting in Kafka"
        value={lag.length === 0 ? '—' : formatCount(behind)}
        note={
          lag.length === 0
            ? 'shown to the operator'
            : behind === 0
              ? 'every reader is at the end'
              : 'records not read yet'
        }
      />
    </div>
  );
}
