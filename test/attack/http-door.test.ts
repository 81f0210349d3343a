import { attackDoor } from './http-door-attack';
import { parameters } from './attack-parameters';

describe('the door of the local server, under fire', () => {
  it('changes nothing for those without the key and for foreign pages, answers all, and stands', async () => {
    const counts = await attackDoor(parameters(300_000));
    console.log(`      answers: ${JSON.stringify(counts)}`);
  });
});
