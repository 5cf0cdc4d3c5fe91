import { Group, Text } from '@mantine/core';

export function Mark() {
  return (
    <Group gap={10} wrap="nowrap">
      <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="7" fill="var(--mantine-primary-color-filled)" />
        <path d="M7 22h4v-7H7zm7 0h4V9h-4zm7 0h4v-10h-4z" fill="#fff" />
      </svg>
      <Text fw={650} size="lg" style={{ letterSpacing: '-0.01em' }}>
        Ratestream
      </Text>
    </Group>
  );
}
