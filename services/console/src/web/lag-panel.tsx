import { Group, Progress, Stack, Text } from '@mantine/core';
import type { Live } from './api.js';
import { formatCount } from './decimal.js';
import { Nothing, Panel } from './panel.js';

/** Which service reads a topic, for lag that does not name its reader. */
const READERS: Readonly<Record<string, string>> = { 'cdr.raw': 'ingest', usage: 'rating', rated: 'analytics' };

export interface ServiceLag {
  service: string;
  topic: string;
  lag: number;
  partitions: number;
  worst: number;
}

export function lagByService(lag: Live['lag']): ServiceLag[] {
  const groups = Map.groupBy(lag, (entry) => `${entry.service ?? READERS[entry.topic] ?? entry.topic}\n${entry.topic}`);
  return [...groups].map(([key, entries]) => {
    const [service = '', topic = ''] = key.split('\n');
    return {
      service,
      topic,
      lag: entries.reduce((sum, entry) => sum + entry.lag, 0),
      partitions: entries.length,
      worst: Math.max(...entries.map((entry) => entry.lag)),
    };
  });
}

/** Above this a bar is full: a reader this far behind needs a look. */
const FULL_BAR = 10_000;

export function LagPanel({ lag }: { lag: Live['lag'] }) {
  const services = lagByService(lag);
  return (
    <Panel title="Lag per service" note="records waiting" id="lag-services">
      {services.length === 0 ? (
        <Nothing>No reader has reported yet.</Nothing>
      ) : (
        <Stack gap={12}>
          {services.map((entry) => (
            <div key={`${entry.service} ${entry.topic}`}>
              <Group justify="space-between" mb={4}>
                <Text size="sm">
                  <Text span tt="capitalize">
                    {entry.service}
                  </Text>
                  <Text span size="xs" c="dimmed" ml={8}>
                    reads {entry.topic}, {entry.partitions} {entry.partitions === 1 ? 'partition' : 'partitions'}
                  </Text>
                </Text>
                <Text size="sm" className="number">
                  {formatCount(entry.lag)}
                </Text>
              </Group>
              <Progress
                value={Math.min(100, (entry.lag / FULL_BAR) * 100)}
                size={4}
                color={entry.lag > FULL_BAR ? 'orange' : 'ledger'}
                aria-label={`${entry.service} is ${formatCount(entry.lag)} records behind`}
              />
            </div>
          ))}
        </Stack>
      )}
    </Panel>
  );
}
