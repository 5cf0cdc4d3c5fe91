import { Text } from '@mantine/core';
import type { Lag, Live } from './api.js';
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

export function Tiles({ live, lag }: { live: Live; lag: Lag | null }) {
  const { today, latencyMs } = live;
  const rejected = today.rejected;
  const [worst] = rejected?.reasons ?? [];
  const behind = lag?.readers.reduce((sum, reader) => sum + reader.records, 0) ?? live.lag;
  const all = today.rated + today.unrated;
  return (
    <div className="tiles" id="figures">
      <Tile
        id="rate"
        label="Messages per second"
        value={formatCount(live.messagesPerSec)}
        note="mean of the last 10 s"
      />
      <Tile
        id="rated"
        label="Rated today"
        value={formatCount(today.rated)}
        note={`of ${formatCount(today.events)} events in all`}
      />
      <Tile
        id="unrated"
        label="Unrated today"
        value={formatCount(today.unrated)}
        note={all === 0 ? 'nothing to price yet' : `${((today.unrated / all) * 100).toFixed(2)} % of what has a price`}
        warn={today.unrated > 0}
      />
      <Tile
        id="rejected"
        label="Rejected today"
        value={rejected === null ? '—' : formatCount(rejected.total)}
        note={
          rejected === null
            ? 'shown to the operator'
            : worst === undefined
              ? 'every record was readable'
              : `most: ${worst.reason.replaceAll('_', ' ')}`
        }
        warn={rejected !== null && rejected.total > 0}
      />
      <Tile
        id="latency"
        label="End to end, half within"
        value={latencyMs === null ? '—' : duration(latencyMs.p50)}
        note={latencyMs === null ? 'nothing came in the last minute' : `99 % within ${duration(latencyMs.p99)}`}
      />
      <Tile
        id="lag"
        label="Waiting in Kafka"
        value={behind === null ? '—' : formatCount(behind)}
        note={
          behind === null
            ? 'shown to the operator'
            : behind === 0
              ? 'every reader is at the end'
              : 'records not read yet'
        }
      />
    </div>
  );
}
