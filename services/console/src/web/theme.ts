import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** A quiet blue-green; red and amber are left for what needs attention. */
const ledger: MantineColorsTuple = [
  '#e9f6f7',
  '#d5eaed',
  '#a8d5da',
  '#78bec7',
  '#51abb6',
  '#399fac',
  '#2a99a7',
  '#188593',
  '#047784',
  '#006773',
];

export const theme = createTheme({
  primaryColor: 'ledger',
  primaryShade: { light: 8, dark: 5 },
  colors: { ledger },
  fontFamily: 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  defaultRadius: 'md',
  headings: { fontWeight: '600' },
  cursorType: 'pointer',
  focusRing: 'auto',
});
