import { Alert, Badge, Drawer, Group, List, Loader, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { ApiError, readMessage, type MessageView, type RatedLeg, type RatedStep } from './api.js';
import { formatExact } from './decimal.js';
import { clockTime } from './time.js';

type State = { kind: 'loading' } | { kind: 'failed'; message: string } | { kind: 'read'; view: MessageView };

/** Everything that happened to one message, in the words of the rating service. */
export function ExplanationDrawer({
  messageId,
  apiKey,
  onClose,
}: {
  messageId: string | null;
  apiKey: string;
  onClose(): void;
}) {
  const [state, setState] = useState<State>({ kind: 'loading' });
  useEffect(() => {
    if (messageId === null) return undefined;
    const abort = new AbortController();
    setState({ kind: 'loading' });
    readMessage(messageId, apiKey, abort.signal).then(
      (view) => setState({ kind: 'read', view }),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        setState({
          kind: 'failed',
          message: error instanceof ApiError ? error.message : 'The answer could not be read.',
        });
      },
    );
    return () => abort.abort();
  }, [messageId, apiKey]);

  return (
    <Drawer
      opened={messageId !== null}
      onClose={onClose}
      position="right"
      size="xl"
      title="Why this message costs what it costs"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {messageId !== null && (
        <Stack gap="lg" data-testid="explanation">
          <Text size="sm" ff="monospace" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {messageId}
          </Text>
          {state.kind === 'loading' && <Loader size="sm" aria-label="Loading the explanation" />}
          {state.kind === 'failed' && (
            <Alert color="orange" variant="light" role="alert" title="The explanation cannot be read">
              {state.message}
            </Alert>
          )}
          {state.kind === 'read' && <Explanation view={state.view} />}
        </Stack>
      )}
    </Drawer>
  );
}

function Explanation({ view }: { view: MessageView }) {
  if (view.rated.length === 0) return <Text size="sm">Nothing has been rated for this message yet.</Text>;
  return (
    <Stack gap="md" data-testid="explanation-lines">
      {view.rated.map((step) => (
        <Step key={step.ratedId} step={step} />
      ))}
    </Stack>
  );
}

function Step({ step }: { step: RatedStep }) {
  const ofLegs = new Set(step.legs.flatMap(({ statement, why }) => [...statement, ...why]));
  return (
    <div className="panel" style={{ height: 'auto', padding: '12px 14px' }}>
      <Group gap={8} mb={6}>
        <Text size="sm" fw={550}>
          {step.event.replaceAll('_', ' ')}
        </Text>
        <Badge size="xs" variant="light" color={step.kind === 'unrated' ? 'orange' : 'gray'} tt="none">
          {step.kind}
        </Badge>
        <Text size="xs" c="dimmed" className="number">
          {clockTime(step.ratedAt)}
        </Text>
        {step.part > 1 && (
          <Text size="xs" c="dimmed">
            part {step.part}
          </Text>
        )}
      </Group>
      {step.explanation
        .filter((line) => !ofLegs.has(line))
        .map((line, index) => (
          <Text key={index} size="sm" c="dimmed">
            {line}
          </Text>
        ))}
      {step.legs.map((leg, index) => (
        <Leg key={`${leg.legId} ${index}`} leg={leg} />
      ))}
    </div>
  );
}

/** One line of a statement: what moved, how it came to that, and how its price was found. */
function Leg({ leg }: { leg: RatedLeg }) {
  const [what = '', ...how] = leg.statement;
  return (
    <section className="leg" aria-label={`${leg.side}: ${leg.payer} to ${leg.payee}`}>
      <Group justify="space-between" align="baseline" wrap="nowrap" gap="md">
        <Text size="sm" fw={550}>
          {what}
        </Text>
        <Text size="sm" fw={550} className="number" ta="right" style={{ whiteSpace: 'nowrap' }}>
          <LegAmount leg={leg} />
        </Text>
      </Group>
      <Lines lines={how} />
      {leg.why.length > 0 && (
        <details open>
          <summary>How the price was found</summary>
          <Lines lines={leg.why} dimmed />
        </details>
      )}
    </section>
  );
}

function LegAmount({ leg }: { leg: RatedLeg }) {
  if (leg.action === 'unrated') return <>unrated</>;
  const amount = leg.action === 'hold' ? leg.heldAmount : leg.accountAmount;
  return (
    <>
      {leg.action === 'hold' ? 'holds ' : ''}
      {formatExact(amount)} {leg.accountCurrency}
      <Text size="xs" c="dimmed" fw={400}>
        {leg.side}
      </Text>
    </>
  );
}

function Lines({ lines, dimmed = false }: { lines: readonly string[]; dimmed?: boolean }) {
  return (
    <List size={dimmed ? 'xs' : 'sm'} spacing={3} c={dimmed ? 'dimmed' : 'inherit'}>
      {lines.map((line, index) => (
        <List.Item key={index}>{line}</List.Item>
      ))}
    </List>
  );
}
