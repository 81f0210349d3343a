/** Apps for the functions panel: a small shop, and one with 200 functions. */
import type { FunctionDescriptor } from '../../../src/core/ports/function-worker';
import type { CallingFunction, FunctionCall } from '../../../src/core/values/function-calls';

export interface GalleryApp {
  functions: readonly FunctionDescriptor[] | null;
  code: readonly CallingFunction[];
}

const place = (file: string, line1: number) => ({ file: `/apps/shop/src/functions/${file}.ts`, line1, column1: 3 });

function calling(kind: CallingFunction['kind'], name: string, ...calls: readonly string[]): CallingFunction {
  const file = name.toLowerCase();
  return {
    ...{ kind, name, place: place(file, 4) },
    calls: calls.map((each, index): FunctionCall => {
      const [what = '', whom = ''] = each.split(' ');
      return { kind: what as FunctionCall['kind'], name: whom === '?' ? null : whom, place: place(file, 8 + index * 3) };
    }),
  };
}

function described({ kind, name }: CallingFunction): FunctionDescriptor {
  const type = kind === 'client' ? 'http' : kind;
  return {
    ...{ name, type, triggerType: `${type}Trigger` },
    ...(type === 'http' ? { route: name.toLowerCase(), methods: ['POST'] } : {}),
  };
}

const shopCode = [
  calling('client', 'BeginCheckout', 'start Checkout'),
  calling('client', 'ApproveOrder', 'raises Approval'),
  calling(
    'orchestrator',
    'Checkout',
    'call CheckStock',
    'child Payment',
    'awaits Approval',
    'call SendReceipt',
    'signal Basket',
    'call ?',
  ),
  calling('orchestrator', 'Payment', 'child Settle', 'call Refund', 'call Refnd'),
  calling('orchestrator', 'Settle', 'call Charge', 'entity Account'),
  calling('activity', 'CheckStock'),
  calling('activity', 'Charge'),
  calling('activity', 'Refund'),
  calling('activity', 'SendReceipt'),
  calling('entity', 'Account'),
  calling('entity', 'Basket'),
];

export const shop: GalleryApp = {
  code: shopCode,
  functions: [
    ...shopCode.map(described),
    { name: 'Nightly', type: 'timer', triggerType: 'timerTrigger', schedule: '0 0 3 * * *' },
  ],
};

/** 8 triggers, 32 orchestrators in families, 160 activities. */
export function largeApp(): GalleryApp {
  const code: CallingFunction[] = [];
  for (let family = 0; family < 8; family++) {
    code.push(calling('client', `Begin${family}`, `start Order${family}x0`));
    for (let each = 0; each < 4; each++) {
      const own = Array.from({ length: 5 }, (_, at) => `call Work${family}x${each}x${at}`);
      const children = each === 0 ? [1, 2, 3].map((at) => `child Order${family}x${at}`) : ['call Work0x0x0'];
      code.push(calling('orchestrator', `Order${family}x${each}`, ...children, ...own));
      code.push(...own.map((call) => calling('activity', call.slice('call '.length))));
    }
  }
  return { code, functions: code.map(described) };
}
