/**
 * In the bundle, in the place of the client library's XML parser: tables answer in JSON, and only settings of the service, which are never
 * asked for, are XML.
 */
export function parseXML(): Promise<never> {
  return Promise.reject(new Error('An answer in XML, where a table answers in JSON.'));
}

export function stringifyXML(): string {
  throw new Error('Nothing is written in XML.');
}

export const XML_CHARKEY = '_';
export const XML_ATTRKEY = '$';
