import {
  ActionIcon,
  Badge,
  Button,
  Group,
  Text,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { Mark } from './mark.js';
import { duration } from './time.js';

export interface Freshness {
  state: 'live' | 'stale' | 'waiting';
  /** Age of the figures. */
  ageMs: number | null;
}

const LABELS = { live: 'Live', stale: 'Out of date', waiting: 'Connecting' } as const;
const COLORS = { live: 'teal', stale: 'orange', waiting: 'gray' } as const;

export function TopBar({ freshness, onLeave }: { freshness: Freshness; onLeave(): void }) {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <header className="topbar">
      <a href="#figures" className="skip">
        Skip to the figures
      </a>
      <Group justify="space-between" wrap="nowrap">
        <Group gap="lg" wrap="nowrap">
          <Mark />
          <Text component="h1" size="sm" fw={500} c="dimmed" visibleFrom="xs">
            Live traffic and margin
          </Text>
        </Group>
        <Group gap="sm" wrap="nowrap">
          <Badge variant="dot" color={COLORS[freshness.state]} tt="none" fw={500} data-testid="freshness">
            {LABELS[freshness.state]}
            {freshness.state === 'stale' && freshness.ageMs !== null ? ` · ${duration(freshness.ageMs)} old` : ''}
          </Badge>
          <Tooltip label={`Switch to ${other} colours`}>
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={`Switch to ${other} colours`}
              onClick={() => setColorScheme(other)}
            >
              <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
                <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.4" />
                <path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" fill="currentColor" />
              </svg>
            </ActionIcon>
          </Tooltip>
          <Button variant="default" size="sm" fw={500} px="sm" onClick={onLeave} aria-label="Change key">
            <span className="wide">Change&nbsp;</span>key
          </Button>
        </Group>
      </Group>
    </header>
  );
}
