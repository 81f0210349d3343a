import assert from 'node:assert/strict';
import { groupScopes } from '../../src/replay/local-scopes';

describe('the scopes of a frame', () => {
  const scope = (name: string, reference: string) => ({ name, reference, expensive: name === 'Global' });

  it('are one for the function, in however many blocks it stands, then those around it', () => {
    const scopes = [
      scope('Block', '1'),
      scope('Catch', '2'),
      scope('Local', '3'),
      scope('Closure (run)', '4'),
      scope('Global', '5'),
    ];
    assert.deepEqual(groupScopes(scopes), [
      { name: 'Local', references: ['1', '2', '3'], expensive: false },
      { name: 'Closure (run)', references: ['4'], expensive: false },
      { name: 'Global', references: ['5'], expensive: true },
    ]);
  });

  it('stay as they are where a block belongs to something else', () => {
    const scopes = [scope('Closure', '1'), scope('Local', '2')];
    assert.deepEqual(
      groupScopes(scopes).map(({ references }) => references),
      [['1'], ['2']],
    );
    assert.deepEqual(groupScopes([]), []);
  });
});
