import { Alert, Button, Group, Skeleton, Text } from '@mantine/core';
import { duration } from './time.js';

/** In the shape of the page, so that nothing jumps when the figures arrive. */
export function LoadingPage() {
  return (
    <div aria-busy="true" aria-label="Loading" data-testid="loading">
      <div className="tiles">
        {Array.from({ length: 6 }, (_, index) => (
          <Skeleton key={index} height={98} />
        ))}
      </div>
      <div className="columns">
        <Skeleton height={320} />
        <Skeleton height={320} />
      </div>
      <div className="columns">
        <Skeleton height={420} />
        <Skeleton height={420} />
      </div>
    </div>
  );
}

export function ErrorPage({ message, onRetry }: { message: string; onRetry(): void }) {
  return (
    <Alert color="red" variant="light" role="alert" title="The figures cannot be read" data-testid="error">
      <Text size="sm" mb="sm">
        {message} The page tries again by itself.
      </Text>
      <Button size="xs" variant="default" onClick={onRetry}>
        Try now
      </Button>
    </Alert>
  );
}

export function StaleBanner({ ageMs, reason, onRetry }: { ageMs: number; reason: string; onRetry(): void }) {
  return (
    <Alert color="orange" variant="light" role="alert" mb="md" data-testid="stale">
      <Group justify="space-between">
        <Text size="sm">
          These figures are {duration(ageMs)} old. {reason}
        </Text>
        <Button size="xs" variant="default" onClick={onRetry}>
          Try now
        </Button>
      </Group>
    </Alert>
  );
}
