/** The inline constraints of ASP.NET Core routes, by name. */
export type RouteConstraint = (value: string) => boolean;

const integer = /^[+-]?\d+$/;
const number = /^[+-]?(\d+(,\d{3})*(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

const plain: Readonly<Record<string, RouteConstraint>> = {
  int: (value) => integer.test(value) && Number(value) >= -2_147_483_648 && Number(value) <= 2_147_483_647,
  long: (value) => integer.test(value) && BigInt.asIntN(64, BigInt(value.replace('+', ''))) === BigInt(value.replace('+', '')),
  bool: (value) => /^(true|false)$/i.test(value),
  datetime: (value) => /\d/.test(value) && !Number.isNaN(Date.parse(value)),
  decimal: (value) => number.test(value),
  double: (value) => number.test(value),
  float: (value) => number.test(value),
  guid: (value) => /^[({]?[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}[)}]?$/i.test(value),
  alpha: (value) => /^[a-z]*$/i.test(value),
  required: (value) => value !== '',
  file: (value) => /\.[^./]+$/.test(value),
  nonfile: (value) => !/\.[^./]+$/.test(value),
};

/** Undefined: there is no such constraint, or its arguments do not fit. Names ignore case. */
export function routeConstraint(name: string, argument: string | undefined): RouteConstraint | undefined {
  const key = name.toLowerCase();
  if (argument === undefined) return Object.hasOwn(plain, key) ? plain[key] : undefined;
  if (key === 'regex') return patternConstraint(argument);
  const numbers = argument.split(',').map((each) => (/^\s*-?\d+\s*$/.test(each) ? Number(each) : Number.NaN));
  const [first = Number.NaN, second] = numbers;
  if (numbers.some(Number.isNaN) || numbers.length > 2) return undefined;
  const within =
    (low: number, high: number): RouteConstraint =>
    (value) =>
      integer.test(value) && Number(value) >= low && Number(value) <= high;
  const lengthWithin =
    (low: number, high: number): RouteConstraint =>
    (value) =>
      value.length >= low && value.length <= high;
  if (second !== undefined) {
    return key === 'length' ? lengthWithin(first, second) : key === 'range' ? within(first, second) : undefined;
  }
  switch (key) {
    case 'length':
      return lengthWithin(first, first);
    case 'minlength':
      return lengthWithin(first, Infinity);
    case 'maxlength':
      return lengthWithin(0, first);
    case 'min':
      return within(first, Infinity);
    case 'max':
      return within(-Infinity, first);
    default:
      return undefined;
  }
}

function patternConstraint(source: string): RouteConstraint | undefined {
  try {
    const pattern = new RegExp(source, 'i');
    return (value) => pattern.test(value);
  } catch {
    // Not an expression here: the caller names the constraint.
    return undefined;
  }
}
