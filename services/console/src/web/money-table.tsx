import { Table, Text } from '@mantine/core';
import type { Live } from './api.js';
import { formatAmount, formatExact, formatShare, signOf } from './decimal.js';
import { Nothing, Panel } from './panel.js';

/** An amount with two places; the exact one on hover and for screen readers that ask for the title. */
export function Amount({ value, places = 2, currency }: { value: string; places?: number; currency?: string }) {
  return (
    <span className="number" title={`${formatExact(value)}${currency === undefined ? '' : ` ${currency}`}`}>
      {formatAmount(value, places)}
    </span>
  );
}

export function MoneyTable({ money }: { money: Live['money'] }) {
  // Legs that could not be priced have no currency, and no amount either.
  const priced = money.filter((row) => row.currency !== '');
  return (
    <Panel title="Money today" note="UTC day, settled" id="money">
      {priced.length === 0 ? (
        <Nothing>Nothing has been settled today.</Nothing>
      ) : (
        priced.map((row) => (
          <div key={row.currency} data-testid={`money-${row.currency}`}>
            <Text size="xs" c="dimmed" fw={500}>
              Margin, {row.currency}
            </Text>
            <Text
              fz={34}
              fw={600}
              lh={1.25}
              c={signOf(row.margin) < 0 ? 'red' : 'inherit'}
              style={{ letterSpacing: '-0.02em' }}
            >
              <Amount value={row.margin} currency={row.currency} />
              <Text span size="sm" c="dimmed" fw={400} ml={10} style={{ letterSpacing: 0 }}>
                {formatShare(row.margin, row.revenue)} of revenue
              </Text>
            </Text>
            <Table mt={8} mb={10} verticalSpacing={6} withRowBorders>
              <Table.Tbody>
                <Line label="Revenue" hint="what customers owe" value={row.revenue} currency={row.currency} />
                <Line label="Cost" hint="what suppliers are owed" value={row.cost} currency={row.currency} />
                <Line label="Held" hint="of customers, not settled yet" value={row.held} currency={row.currency} />
              </Table.Tbody>
            </Table>
          </div>
        ))
      )}
      {priced.length > 0 && (
        <Text size="xs" c="dimmed">
          {priced.length === 1
            ? 'Other currencies are converted by the exchange rate of each message; accounts are debited in their own.'
            : 'These are not added up: no exchange rate is known between them.'}
        </Text>
      )}
    </Panel>
  );
}

function Line({ label, hint, value, currency }: { label: string; hint: string; value: string; currency: string }) {
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <Text span size="sm" c="var(--mantine-color-text)">
          {label}
        </Text>
        <Text span size="xs" c="dimmed" ml={8}>
          {hint}
        </Text>
      </Table.Th>
      <Table.Td ta="right">
        <Amount value={value} currency={currency} />
      </Table.Td>
    </Table.Tr>
  );
}
