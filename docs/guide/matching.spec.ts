import { differences } from './matching.js';
import { parseRequest } from './request.js';
import { commandsIn, Shell, type Command } from './shell.js';

describe('an answer as the guide prints it', () => {
  test.each([
    ['a field more', { a: 1 }, { a: 1, b: 2 }],
    ['another time', { at: 'since 2026-05-01T12:00:00.250Z' }, { at: 'since 2027-01-02T03:04:05Z' }],
    ['another day', { from: '2026-05-01' }, { from: '2027-01-02' }],
    ['a text with a gap', { text: 'to 4477… (GB)' }, { text: 'to 44770090… (GB)' }],
    ['the rest of a list', { list: [1, '…'] }, { list: [1, 2, 3] }],
  ])('may have %s', (_, printed, found) => {
    expect(differences(printed, found)).toEqual([]);
  });

  test.each([
    [
      'another amount',
      { legs: [{ amount: '0.05' }] },
      { legs: [{ amount: '0.06' }] },
      'legs[0].amount: "0.05" expected',
    ],
    ['a number for a text', { amount: '0.05' }, { amount: 0.05 }, 'amount: "0.05" expected, 0.05 found'],
    ['a field less', { a: null }, {}, 'a: null expected, nothing found'],
    ['an item more', { legs: [1] }, { legs: [1, 2] }, 'legs: 1 items expected, 2 found'],
    ['an item less', { legs: [1, 2] }, { legs: [1] }, 'legs: 2 items expected, 1 found'],
    ['a dot that is another character', { t: '0.05 EUR' }, { t: '0x05 EUR' }, 't: '],
    ['text around a time', { at: '2026-05-01T12:00:00Z' }, { at: 'at 2026-05-01T12:00:00Z' }, 'at: '],
  ])('may not have %s', (_, printed, found, difference) => {
    expect(differences(printed, found)).toEqual([expect.stringContaining(difference)]);
  });
});

test('a command is read as bash reads it', () => {
  const shell = new Shell(new Map([['URL', 'http://host']]), () => new Date('2026-05-01T12:00:00.250Z'));
  const block = `NOW=$(date -u +%FT%T.%3NZ)   # the time
rs "$URL/cdrs?source=a" --json '{"at": "'$NOW'",
  "text": "it costs $5"}' \\
  -H 'x: y'
rs $URL`;
  expect([...shell.read(block)].map(({ words }) => words)).toEqual([
    [
      'rs',
      'http://host/cdrs?source=a',
      '--json',
      '{"at": "2026-05-01T12:00:00.250Z",\n  "text": "it costs $5"}',
      '-H',
      'x: y',
    ],
    ['rs', 'http://host'],
  ]);
});

test('a file that a page writes is sent, and a part of an answer is kept', () => {
  const shell = new Shell(new Map([['URL', 'http://host']]));
  const block = `cat > sheet.csv <<'EOF'
country,price
GB,0.05
EOF
ID=$(rs $URL/imports -F mapping=m -F file=@sheet.csv | jq -r .items[0].id)
rs2 $URL/imports/$ID`;
  const commands = shell.read(block);
  expect(commandsIn(block)).toBe(2);
  const { words, into } = commands.next().value as Command;
  expect(into).toEqual({ name: 'ID', path: '.items[0].id' });
  const { body } = parseRequest(words, 'http://host', shell.files);
  expect([...(body as FormData).keys()]).toEqual(['mapping', 'file']);
  shell.variables.set('ID', '7');
  expect(commands.next().value).toEqual({ words: ['rs2', 'http://host/imports/7'], into: null });
  expect(shell.files.get('sheet.csv')).toBe('country,price\nGB,0.05\n');
});
