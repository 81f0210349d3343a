/**
 * Base of classes whose private fields lie in an object that is given, instead of one that is made: what an accessor that many objects share needs
 * to know of the one it is asked of. An accessor of its own for each object costs more than it looks: V8 keeps each pair among the
 * old objects, so that all it leads to outlives every collection of the young ones.
 */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- the fields are those of its subclasses
export class Beside {
  constructor(object: object) {
    return object;
  }
}
