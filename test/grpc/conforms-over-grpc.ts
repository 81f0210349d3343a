import { type Conforms, conforms } from '../conformance/conforms';
import { SdkWorker } from './sdk-worker';

/** A row of the specification with its functions in a worker of the SDK for JavaScript, over a real port. */
export const conformsOverGrpc: Conforms = (title, options, body) => {
  const hub = typeof options === 'function' ? { scripts: { main: options } } : options;
  conforms(title, { ...hub, profile: 'G', openWorker: (facts) => SdkWorker.open(facts) }, body);
};
