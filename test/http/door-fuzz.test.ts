import { attackDoor } from '../attack/http-door-attack';

describe('the door of the local server, under fire (a short run; the long one is an attack)', () => {
  it('changes nothing for those without the key and for foreign pages, answers all, and stands', async () => {
    await attackDoor({ seed: Date.now() & 0x7fff_ffff, numRuns: 1280 });
  });
});
