import assert from 'node:assert/strict';
import { functionsGraph } from '../../src/protocol/functions-graph';
import { beside, connectedTo, layOut, matching, nodeHeight, nodeWidth } from '../../src/webview/models/functions-layout';
import { functionsSvg } from '../../src/webview/models/functions-svg';
import { largeApp, shop, type GalleryApp } from './gallery/functions';

const graphOf = ({ functions, code }: GalleryApp) => functionsGraph({ functions, code, seen: [], instances: new Map() });
const palette = Object.fromEntries(
  ['ground', 'text', 'quiet', 'line', 'bad', 'http', 'timer', 'other', 'orchestrator', 'activity', 'entity', 'event'].map(
    (each) => [each, '#123456'],
  ),
) as unknown as Parameters<typeof functionsSvg>[0]['palette'];

describe('the layout of the functions graph', () => {
  it('leads calls to the right, lays nothing over another, and puts what stands alone last', () => {
    for (const app of [shop, largeApp()]) {
      const { nodes, edges } = graphOf(app);
      const layout = layOut(nodes, edges);
      assert.equal(layout.nodes.length, nodes.length);
      const at = new Map(layout.nodes.map((each) => [each.node.id, each]));
      for (const { from, to } of edges) assert.ok((at.get(from)?.x ?? 0) < (at.get(to)?.x ?? 0), `${from} ${to}`);
      for (const [index, a] of layout.nodes.entries()) {
        assert.ok(a.x + nodeWidth <= layout.width && a.y + nodeHeight <= layout.height, a.node.id);
        for (const b of layout.nodes.slice(index + 1)) {
          assert.ok(Math.abs(a.x - b.x) >= nodeWidth || Math.abs(a.y - b.y) >= nodeHeight, `${a.node.id} ${b.node.id}`);
        }
      }
    }
    const { nodes, edges } = graphOf(shop);
    const { nodes: placed, aloneTop } = layOut(nodes, edges);
    const nightly = placed.find(({ node }) => node.name === 'Nightly');
    assert.ok(aloneTop !== null && nightly !== undefined && nightly.y > aloneTop);
  });

  it('draws circles and calls of oneself', () => {
    const place = { file: '/a.js', line1: 1, column1: 1 };
    const calls = (name: string) => [{ kind: 'child' as const, name, place }];
    const { nodes, edges } = functionsGraph({
      functions: null,
      code: [
        { kind: 'orchestrator', name: 'A', place, calls: calls('B') },
        { kind: 'orchestrator', name: 'B', place, calls: calls('A') },
        { kind: 'orchestrator', name: 'C', place, calls: calls('C') },
      ],
      ...{ seen: [], instances: new Map() },
    });
    const layout = layOut(nodes, edges);
    assert.deepEqual(layout.edges.map(({ tip }) => tip.isBackward).sort(), [false, true]);
    assert.equal(layout.nodes.length, 3);
    assert.deepEqual(layOut([], []).nodes, []);
  });

  it('knows what a function reaches, what lies beside it, and what a search lets through', () => {
    const { nodes, edges } = graphOf(shop);
    const near = connectedTo('orchestrator:settle', edges);
    assert.ok(near.has('http:begincheckout') && near.has('activity:charge') && !near.has('activity:checkstock'));
    const { nodes: placed } = layOut(nodes, edges);
    const checkout = placed.find(({ node }) => node.name === 'Checkout');
    assert.ok(checkout !== undefined);
    assert.ok((beside(checkout, 'ArrowRight', placed)?.x ?? 0) > checkout.x);
    assert.ok((beside(checkout, 'ArrowLeft', placed)?.x ?? checkout.x) < checkout.x);
    assert.deepEqual(
      matching(' CHARGE ', nodes, edges).nodes.map(({ name }) => name),
      ['Settle', 'Charge'],
    );
  });

  it('is a picture that stands alone', () => {
    const { nodes, edges } = graphOf({
      functions: null,
      code: shop.code.slice(2, 3).map((each) => ({ ...each, name: 'A<b>&' })),
    });
    const svg = functionsSvg({ title: 'Functions of "x"', layout: layOut(nodes, edges), palette });
    assert.match(svg, /^<svg xmlns[\s\S]*Functions of &quot;x&quot;[\s\S]*A&lt;b&gt;&amp;[\s\S]*<\/svg>\n$/);
    assert.equal(svg.match(/<path/g)?.length, edges.length);
  });
});
