import { Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** A titled area of the page. `note` says what the figures are, in a few words. */
export function Panel({
  title,
  note,
  children,
  id,
}: {
  title: string;
  note?: ReactNode;
  children: ReactNode;
  id?: string;
}) {
  return (
    <section className="panel" aria-label={title} data-testid={id}>
      <Group justify="space-between" mb={10} wrap="nowrap" align="baseline">
        <Title order={2} size="h5">
          {title}
        </Title>
        {note !== undefined && (
          <Text size="xs" c="dimmed" ta="right">
            {note}
          </Text>
        )}
      </Group>
      {children}
    </section>
  );
}

/** What stands where there is nothing to show yet. */
export function Nothing({ children }: { children: ReactNode }) {
  return (
    <Text size="sm" c="dimmed" py="md">
      {children}
    </Text>
  );
}
