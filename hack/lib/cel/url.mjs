// What Kubernetes takes for a URL: the grammar of Go's net/url for requests, which is neither that of JavaScript nor that
// of .NET. Facts about it: https://pkg.go.dev/net/url#ParseRequestURI

const ESCAPES = /^(?:[^%]|%[0-9A-Fa-f]{2})*$/s;
const USER = /^[-A-Za-z0-9._:~!$&'()*+,;=%@]*$/;
const PORT = /^(?::[0-9]*)?$/;
// An escape in a host is one of a percent sign, before the zone of an IPv6 address, or of a byte beyond ASCII.
const HOST = /^(?:[-A-Za-z0-9._~!$&'()*+,;=:[\]<>"]|[^\x00-\x7f]|%25|%[89A-Fa-f][0-9A-Fa-f])*$/;

/** The host of a URL without port and brackets, '' if it has none; undefined if the text is no URL. */
export function hostname(text) {
  if (text === '' || /[\x00-\x1f\x7f]/.test(text)) return undefined;
  if (text === '*') return '';
  const [, scheme, rest] = /^(?:([A-Za-z][-+.A-Za-z0-9]*):)?([^?]*)/s.exec(text);
  if (!rest.startsWith('/')) return scheme ? '' : undefined;
  if (!scheme || !rest.startsWith('//')) return ESCAPES.test(rest) ? '' : undefined;
  const [, authority, path] = /^\/\/([^/]*)(.*)$/s.exec(rest);
  return ESCAPES.test(path) ? hostOf(authority) : undefined;
}

function hostOf(authority) {
  const at = authority.lastIndexOf('@');
  const user = authority.slice(0, Math.max(at, 0));
  const host = authority.slice(at + 1);
  const bracket = host.startsWith('[') ? host.lastIndexOf(']') : 0;
  const colon = bracket ? bracket + 1 : host.lastIndexOf(':');
  const port = colon < 0 ? '' : host.slice(colon);
  if (bracket < 0 || !PORT.test(port) || !HOST.test(host) || !USER.test(user) || !ESCAPES.test(user)) return undefined;
  const name = host.slice(0, host.length - port.length);
  return bracket ? name.slice(1, -1) : name;
}
