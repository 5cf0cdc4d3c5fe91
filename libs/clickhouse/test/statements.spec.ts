import { statementsOf } from '../src/migrate.js';

test('statements end with a semicolon at the end of a line; comments may hold anything', () => {
  expect(statementsOf("-- a; b;\nSELECT ';' ;\n\nSELECT 2\n  FROM x;")).toEqual(["SELECT ';'", 'SELECT 2\n  FROM x']);
  expect(statementsOf('\n-- nothing\n')).toEqual([]);
});
