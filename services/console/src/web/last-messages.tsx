import { Anchor, Badge, Code, Stack, Table, Text } from '@mantine/core';
import type { LastMessage } from './api.js';
import { formatExact, signOf } from './decimal.js';
import { Nothing, Panel } from './panel.js';
import { clockTime } from './time.js';

export function LastMessages({ last, onOpen }: { last: LastMessage[]; onOpen(messageId: string): void }) {
  return (
    <Panel title="Last rated messages" note="open one for its explanation" id="last">
      {last.length === 0 ? (
        <FirstMessage />
      ) : (
        <div className="scroll">
          <Table verticalSpacing={6} fz="sm" highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">Time</Table.Th>
                <Table.Th scope="col">Message</Table.Th>
                <Table.Th scope="col">Account</Table.Th>
                <Table.Th scope="col">To</Table.Th>
                <Table.Th scope="col">Event</Table.Th>
                <Table.Th scope="col" ta="right">
                  Revenue
                </Table.Th>
                <Table.Th scope="col" ta="right">
                  Cost
                </Table.Th>
                <Table.Th scope="col" ta="right">
                  Margin
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {last.map((message) => (
                <MessageRow key={message.ratedId} message={message} onOpen={onOpen} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Panel>
  );
}

function MessageRow({ message, onOpen }: { message: LastMessage; onOpen(messageId: string): void }) {
  const open = (): void => onOpen(message.messageId);
  return (
    <Table.Tr className="clickable" onClick={open} data-testid="message">
      <Table.Td className="number" c="dimmed">
        {clockTime(message.at)}
      </Table.Td>
      <Table.Td>
        <Anchor
          component="button"
          type="button"
          size="sm"
          ff="monospace"
          aria-label={`Explain message ${message.messageId}`}
          onClick={(event) => {
            event.stopPropagation();
            open();
          }}
        >
          {message.messageId.slice(0, 8)}
        </Anchor>
      </Table.Td>
      <Table.Td>{message.account}</Table.Td>
      <Table.Td>
        {message.country === '' ? '—' : message.country}
        <Text span size="xs" c="dimmed" ml={6}>
          {message.network}
        </Text>
      </Table.Td>
      <Table.Td>
        {message.event.replaceAll('_', ' ')}
        {message.kind === 'unrated' && (
          <Badge ml={6} size="xs" color="orange" variant="light" tt="none">
            {message.reason === '' ? 'unrated' : message.reason.replaceAll('_', ' ')}
          </Badge>
        )}
      </Table.Td>
      {message.kind === 'unrated' ? (
        <Table.Td ta="right" c="dimmed" colSpan={3}>
          not priced
        </Table.Td>
      ) : (
        <>
          <Table.Td ta="right" className="number">
            <Revenue message={message} />
          </Table.Td>
          <Table.Td ta="right" className="number">
            <Sum value={message.cost} />
          </Table.Td>
          <Table.Td ta="right" className="number" c={signOf(message.margin) < 0 ? 'red' : 'inherit'}>
            <Sum value={message.margin} />
            <Text span size="xs" c="dimmed" ml={5}>
              {message.currency}
            </Text>
          </Table.Td>
        </>
      )}
    </Table.Tr>
  );
}

function Sum({ value }: { value: string }) {
  return signOf(value) === 0 ? (
    <Text span c="dimmed">
      —
    </Text>
  ) : (
    <>{formatExact(value)}</>
  );
}

/** What was settled; or what is held until the message is final. */
function Revenue({ message }: { message: LastMessage }) {
  if (signOf(message.revenue) === 0 && signOf(message.heldRevenue) > 0) {
    return (
      <Text span size="xs" c="dimmed">
        holds {formatExact(message.heldRevenue)}
      </Text>
    );
  }
  return <Sum value={message.revenue} />;
}

function FirstMessage() {
  const example = `curl -X POST '${window.location.origin}/api/ingest/v1/cdrs?source=NAME' \\
  -H 'authorization: Bearer KEY' -H 'idempotency-key: first-1' \\
  -H 'content-type: application/x-ndjson' --data-binary @cdrs.ndjson`;
  return (
    <Stack gap={8}>
      <Nothing>
        No message has been rated yet. Send the first records through the entry port, or produce them to cdr.raw:
      </Nothing>
      <Code block>{example}</Code>
    </Stack>
  );
}
