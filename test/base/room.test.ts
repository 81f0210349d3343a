import assert from 'node:assert/strict';
import { Room } from '../../src/base/room';

describe('room for what is kept', () => {
  function roomOf(entries: number, weight: number): { room: Room<string>; dropped: string[] } {
    const dropped: string[] = [];
    return { room: new Room<string>({ entries, weight, weightPerUse: 100 }, (key) => dropped.push(key)), dropped };
  }

  it('the oldest goes when there are too many, or when they are too heavy', () => {
    const { room, dropped } = roomOf(2, 250);
    for (const key of ['a', 'b', 'c']) room.put(key, key, 100);
    assert.deepEqual(dropped, ['a']);
    room.put('b', 'b', 100);
    room.put('d', 'd', 100);
    assert.deepEqual(dropped, ['a', 'c']);
    room.put('d', 'd', 200);
    assert.deepEqual(dropped, ['a', 'c', 'b']);
    assert.equal(room.weight, 200);
  });

  it('one that is heavier than all the room stays until another is put, and so does one that is used in turn with others', () => {
    const { room, dropped } = roomOf(1000, 100_000);
    for (let weight = 0; weight < 300_000; weight += 1000) {
      room.put('one', 'one', weight);
      room.put('other', 'other', weight);
    }
    assert.deepEqual(dropped, []);
    // Enough uses of others to make up for reading it again.
    for (let i = 0; i < 3001; i++) room.put('small', 'small', 10);
    assert.deepEqual(dropped, ['one', 'other']);
  });

  it('never holds more than ten times the limits and the last one', () => {
    const { room } = roomOf(1000, 100_000);
    for (let i = 0; i < 50; i++) {
      room.put(`heavy ${i}`, '', 90_000);
      assert.ok(room.weight <= 1_000_000 + 90_000);
    }
    const many = roomOf(10, 1e9).room;
    for (let i = 0; i < 1000; i++) many.put(String(i), '', 1e5);
    assert.ok(many.size <= 101);
  });
});
