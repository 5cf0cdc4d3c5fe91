import { Alert, Button, Code, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { Mark } from './mark.js';

export function KeyForm({ refused, onKey }: { refused: string | null; onKey(key: string): void }) {
  const [entered, setEntered] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (entered.trim() !== '') onKey(entered);
  };
  return (
    <main style={{ display: 'grid', placeItems: 'center', minHeight: '100vh', padding: 16 }}>
      <form className="panel" style={{ width: '100%', maxWidth: 430, height: 'auto', padding: 28 }} onSubmit={submit}>
        <Stack gap="md">
          <Mark />
          <div>
            <Title order={1} size="h3">
              Enter your API key
            </Title>
            <Text size="sm" c="dimmed" mt={4}>
              The page shows what this key may see: its account and everything below it.
            </Text>
          </div>
          {refused !== null && (
            <Alert color="red" variant="light" role="alert" title="The key was not accepted">
              {refused}
            </Alert>
          )}
          <PasswordInput
            label="API key"
            placeholder="rs_…"
            value={entered}
            onChange={(event) => setEntered(event.currentTarget.value)}
            autoComplete="off"
            autoFocus
            spellCheck={false}
          />
          <Button type="submit" disabled={entered.trim() === ''}>
            Open
          </Button>
          <Text size="xs" c="dimmed">
            It is kept in this tab only, until the tab is closed. <Code>npm start</Code> prints an address that already
            carries one.
          </Text>
        </Stack>
      </form>
    </main>
  );
}
