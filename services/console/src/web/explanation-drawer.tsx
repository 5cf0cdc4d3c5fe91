import { Alert, Badge, Drawer, Group, List, Loader, Stack, Table, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { ApiError, readMessage, type MessageView, type RatedStep } from './api.js';
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
      <List size="sm" spacing={4} mb={step.legs.length > 0 ? 'xs' : 0}>
        {step.explanation.map((line, index) => (
          <List.Item key={index}>{line}</List.Item>
        ))}
      </List>
      {step.legs.length > 0 && (
        <div className="scroll">
          <Table verticalSpacing={4} fz="sm">
            <Table.Tbody>
              {step.legs.map((leg, index) => (
                <Table.Tr key={`${leg.legId} ${index}`}>
                  <Table.Td>{leg.side}</Table.Td>
                  <Table.Td>
                    {leg.payer} → {leg.payee}
                  </Table.Td>
                  <Table.Td c="dimmed">
                    {leg.action}
                    {leg.reason !== null ? `: ${leg.reason.replaceAll('_', ' ')}` : ''}
                  </Table.Td>
                  <Table.Td c="dimmed">{leg.rate === null ? '' : `${leg.rate.cardId} v${leg.rate.version}`}</Table.Td>
                  <Table.Td ta="right" className="number">
                    {leg.action === 'hold' ? `holds ${formatExact(leg.heldAmount)}` : formatExact(leg.amount)}{' '}
                    {leg.currency}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </div>
  );
}
