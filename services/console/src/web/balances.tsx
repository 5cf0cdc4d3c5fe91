import { Badge, Skeleton, Table, Text } from '@mantine/core';
import { useRef } from 'react';
import type { Account } from './api.js';
import { formatChange, signOf } from './decimal.js';
import { Amount } from './money-table.js';
import { Nothing, Panel } from './panel.js';
import type { Polled } from './use-polling.js';

const STATUS_COLORS: Readonly<Record<string, string>> = { active: 'teal', warned: 'orange', suspended: 'red' };

/** Balances of the accounts that the key sees, children under their parents, and how they moved since the page was opened. */
export function Balances({ accounts }: { accounts: Polled<Account[]> }) {
  const first = useRef(new Map<string, string>());
  const rows = inTreeOrder(accounts.data ?? []);
  for (const { account } of rows) if (!first.current.has(account.id)) first.current.set(account.id, account.balance);
  return (
    <Panel title="Balances" note="change since you opened this page" id="balances">
      {accounts.data === null && accounts.error === null && <Skeleton height={160} />}
      {accounts.error !== null && (
        <Text size="sm" c="orange" role="status" mb={8}>
          {accounts.data === null ? 'Balances cannot be read: ' : 'These balances are out of date: '}
          {accounts.error.message}
        </Text>
      )}
      {accounts.data !== null && rows.length === 0 && <Nothing>No account is open yet.</Nothing>}
      {rows.length > 0 && (
        <div className="scroll tall" tabIndex={0} role="region" aria-label="Balances of all accounts">
          <Table verticalSpacing={6} horizontalSpacing={5} fz="sm" stickyHeader>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">Account</Table.Th>
                <Table.Th scope="col" ta="right">
                  Balance
                </Table.Th>
                <Table.Th scope="col" ta="right">
                  Change
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(({ account, depth }) => (
                <BalanceRow
                  key={account.id}
                  account={account}
                  depth={depth}
                  before={first.current.get(account.id) ?? account.balance}
                />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Panel>
  );
}

function BalanceRow({ account, depth, before }: { account: Account; depth: number; before: string }) {
  const change = formatChange(before, account.balance, 4);
  return (
    <Table.Tr data-testid={`account-${account.id}`}>
      <Table.Td style={{ paddingLeft: depth * 18 }}>
        <Text span size="sm">
          {account.name}
        </Text>
        {account.status !== 'active' && (
          <Badge ml={8} size="xs" variant="light" color={STATUS_COLORS[account.status] ?? 'gray'} tt="none">
            {account.status}
          </Badge>
        )}
        <Text size="xs" c="dimmed">
          {account.mode}, {account.currency}
        </Text>
      </Table.Td>
      <Table.Td ta="right">
        <Text span size="sm" fw={550} c={signOf(account.available) < 0 ? 'red' : 'inherit'}>
          <span key={account.balance} className="moved">
            <Amount value={account.balance} places={4} currency={account.currency} />
          </span>
        </Text>
        <Text size="xs" c="dimmed">
          <Amount value={account.available} currency={account.currency} /> available
        </Text>
      </Table.Td>
      <Table.Td ta="right">
        <Text span size="sm" c={change === null ? 'dimmed' : 'inherit'} className="number">
          {change ?? '—'}
        </Text>
        <Text size="xs" c="dimmed">
          <Amount value={account.held} currency={account.currency} /> held
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}

/** Parents before their children; an account whose parent the key does not see stands at the top. */
export function inTreeOrder(accounts: readonly Account[]): { account: Account; depth: number }[] {
  const known = new Set(accounts.map((account) => account.id));
  const children = Map.groupBy(accounts, (account) =>
    account.parentId !== null && known.has(account.parentId) ? account.parentId : '',
  );
  const walk = (parent: string, depth: number): { account: Account; depth: number }[] =>
    (children.get(parent) ?? []).flatMap((account) => [{ account, depth }, ...walk(account.id, depth + 1)]);
  return walk('', 0);
}
