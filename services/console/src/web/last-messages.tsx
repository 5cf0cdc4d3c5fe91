import { Anchor, Badge, Code, Stack, Table, Text } from '@mantine/core';
import type { LastMessage } from './api.js';
import { signOf } from './decimal.js';
import { Amount } from './money-table.js';
import { Nothing, Panel } from './panel.js';
import { clockTime } from './time.js';

/** As prices are agreed on; all digits are shown on hover. */
const PLACES = 5;

interface Props {
  last: LastMessage[];
  /** Name of an account that the key sees. */
  names: ReadonlyMap<string, string>;
  onOpen(messageId: string): void;
}

export function LastMessages({ last, names, onOpen }: Props) {
  const currencies = new Set(
    last.flatMap((message) => message.legs.map((leg) => leg.accountCurrency)).filter((code) => code !== ''),
  );
  // One currency for all stands in the head of the columns, once.
  const [common] = currencies.size === 1 ? currencies : [];
  const unit = common === undefined ? '' : `, ${common}`;
  return (
    <Panel title="Last rated messages" note="open one for its explanation" id="last">
      {last.length === 0 ? (
        <FirstMessage />
      ) : (
        <div className="scroll">
          <Table verticalSpacing={6} horizontalSpacing={8} fz={13} highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">Time</Table.Th>
                <Table.Th scope="col">Message</Table.Th>
                <Table.Th scope="col">Account</Table.Th>
                <Table.Th scope="col">To</Table.Th>
                <Table.Th scope="col">Event</Table.Th>
                <Table.Th scope="col" ta="right">
                  Sell{unit}
                </Table.Th>
                <Table.Th scope="col" ta="right">
                  Buy{unit}
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {last.map((message, index) => (
                <MessageRow
                  key={`${message.messageId} ${message.part} ${message.event} ${index}`}
                  message={message}
                  name={names.get(message.account) ?? message.account}
                  showCurrency={common === undefined}
                  onOpen={onOpen}
                />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Panel>
  );
}

interface RowProps {
  message: LastMessage;
  name: string;
  showCurrency: boolean;
  onOpen(messageId: string): void;
}

function MessageRow({ message, name, showCurrency, onOpen }: RowProps) {
  const open = (): void => onOpen(message.messageId);
  return (
    <Table.Tr className="clickable" onClick={open} data-testid="message">
      <Table.Td className="number" c="dimmed">
        {clockTime(message.ratedAt)}
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
        {message.part > 1 && (
          <Text span size="xs" c="dimmed" ml={6}>
            part {message.part}
          </Text>
        )}
      </Table.Td>
      <Table.Td className="clipped" title={message.account}>
        {name}
      </Table.Td>
      <Table.Td>
        {message.recipientPrefix === null ? '—' : `+${message.recipientPrefix.replace(/^\+/, '')}…`}
        <Text span size="xs" c="dimmed" ml={6}>
          {[message.country, message.network].filter(Boolean).join(' ')}
        </Text>
      </Table.Td>
      <Table.Td>
        {message.event.replaceAll('_', ' ')}
        {message.kind === 'unrated' && (
          <Badge ml={6} size="xs" color="orange" variant="light" tt="none">
            {message.reason === null ? 'unrated' : message.reason.replaceAll('_', ' ')}
          </Badge>
        )}
      </Table.Td>
      <Table.Td ta="right">
        <Side message={message} side="sell" showCurrency={showCurrency} />
      </Table.Td>
      <Table.Td ta="right">
        <Side message={message} side="buy" showCurrency={showCurrency} />
      </Table.Td>
    </Table.Tr>
  );
}

/**
 * What the step did on one side, in the currency that moved: amounts of several levels or attempts stand apart, because they
 * are owed to different parties.
 */
function Side({ message, side, showCurrency }: { message: LastMessage; side: 'sell' | 'buy'; showCurrency: boolean }) {
  const legs = message.legs.filter((leg) => leg.side === side);
  if (legs.length === 0)
    return (
      <Text span c="dimmed">
        —
      </Text>
    );
  return (
    <>
      {legs.map((leg, index) => (
        <div key={index} className="number">
          <LegAmount leg={leg} showCurrency={showCurrency} />
        </div>
      ))}
    </>
  );
}

function LegAmount({ leg, showCurrency }: { leg: LastMessage['legs'][number]; showCurrency: boolean }) {
  const { action, accountAmount, heldAmount, accountCurrency } = leg;
  const moves = signOf(accountAmount) !== 0;
  if (!moves && action !== 'hold')
    return (
      <Text span size="xs" c={action === 'unrated' ? 'orange' : 'dimmed'}>
        {action}
      </Text>
    );
  return (
    <Text span fz={moves ? 13 : 12} c={moves ? 'inherit' : 'dimmed'}>
      {moves ? '' : 'holds '}
      <Amount value={moves ? accountAmount : heldAmount} places={PLACES} currency={accountCurrency} />
      {showCurrency && (
        <Text span size="xs" c="dimmed" ml={4}>
          {accountCurrency}
        </Text>
      )}
    </Text>
  );
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
