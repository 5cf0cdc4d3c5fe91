import { Alert, Button, Text } from '@mantine/core';
import { Component, type ReactNode } from 'react';

/** A fault of the page itself is said, instead of leaving nothing on the screen. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { fault: string | null }> {
  override state = { fault: null };

  static getDerivedStateFromError(error: unknown): { fault: string } {
    return { fault: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.fault === null) return this.props.children;
    return (
      <main className="page" style={{ paddingTop: 40 }}>
        <Alert color="red" variant="light" role="alert" title="This page has failed" data-testid="fault">
          <Text size="sm" mb="sm">
            The services are not affected. The fault was: {this.state.fault}
          </Text>
          <Button size="xs" variant="default" onClick={() => window.location.reload()}>
            Load the page again
          </Button>
        </Alert>
      </main>
    );
  }
}
