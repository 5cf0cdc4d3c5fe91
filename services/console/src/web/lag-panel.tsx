import { Group, Progress, Skeleton, Stack, Text } from '@mantine/core';
import type { Lag } from './api.js';
import { formatCount } from './decimal.js';
import { Nothing, Panel } from './panel.js';
import type { Polled } from './use-polling.js';

/** Above this a bar is full: a reader this far behind needs a look. */
const FULL_BAR = 10_000;

export function LagPanel({ lag }: { lag: Polled<Lag> }) {
  // A tenant's key is refused: what others send is none of its business, so the panel is not there at all.
  if (lag.data === null && lag.error?.status === 403) return null;
  return (
    <Panel title="Lag per service" note="records waiting" id="lag-services">
      {lag.data === null && lag.error === null && <Skeleton height={110} />}
      {lag.data === null && lag.error !== null && <Nothing>Lag cannot be read: {lag.error.message}</Nothing>}
      {lag.data !== null && <Readers lag={lag.data} />}
    </Panel>
  );
}

function Readers({ lag }: { lag: Lag }) {
  if (lag.readers.length === 0 && lag.unknown.length === 0) return <Nothing>No reader has reported yet.</Nothing>;
  return (
    <Stack gap={12}>
      {lag.readers.map((reader) => (
        <div key={`${reader.service} ${reader.topic}`}>
          <Group justify="space-between" mb={4} wrap="nowrap">
            <Text size="sm">
              <Text span tt="capitalize">
                {reader.service}
              </Text>
              <Text span size="xs" c="dimmed" ml={8}>
                reads {reader.topic}
              </Text>
            </Text>
            <Text size="sm" className="number">
              {formatCount(reader.records)}
            </Text>
          </Group>
          <Progress
            value={Math.min(100, (reader.records / FULL_BAR) * 100)}
            size={4}
            color={reader.records > FULL_BAR ? 'orange' : 'ledger'}
            aria-label={`${reader.service} is ${formatCount(reader.records)} records of ${reader.topic} behind`}
          />
        </div>
      ))}
      {lag.unknown.map((service) => (
        <Text key={service} size="sm" c="orange">
          <Text span tt="capitalize">
            {service}
          </Text>{' '}
          does not answer; its lag is unknown.
        </Text>
      ))}
    </Stack>
  );
}
