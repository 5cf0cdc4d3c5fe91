import { Group, Progress, Stack, Text } from '@mantine/core';
import type { Live } from './api.js';
import { formatCount } from './decimal.js';
import { Panel } from './panel.js';

export interface ServiceLag {
  service: string;
  topic: string;
  lag: number;
  partitions: number;
}

export function lagByService(lag: Live['lag']): ServiceLag[] {
  const groups = Map.groupBy(lag, (entry) => `${entry.service}\n${entry.topic}`);
  return [...groups].map(([key, entries]) => {
    const [service = '', topic = ''] = key.split('\n');
    return {
      service,
      topic,
      lag: entries.reduce((sum, entry) => sum + entry.lag, 0),
      partitions: entries.length,
    };
  });
}

/** Above this a bar is full: a reader this far behind needs a look. */
const FULL_BAR = 10_000;

export function LagPanel({ lag }: { lag: Live['lag'] }) {
  const services = lagByService(lag);
  // Tenants see none: what others send is none of their business, so the panel is not there at all.
  if (services.length === 0) return null;
  return (
    <Panel title="Lag per service" note="records waiting" id="lag-services">
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
    </Panel>
  );
}
