import { createHash } from 'node:crypto';
import { contentOf } from '../support/held-schemes.js';
import { course, Service, temporaryFolder } from '../support/service.js';

describe('the list of a what-if in a folder', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  it('is there after a restart, byte for byte', async () => {
    let embedded = await Service.embedded(folder.path);
    await embedded.write('/v1/courses', course('C1'));
    await embedded.write('/v1/learners', { learner: 'emp-1' });
    await embedded.write('/v1/learners/emp-1/completions', { course: 'C1', effective: { date: '2024-02-01' } });
    const content = contentOf({ course: 'C1' }, {});
    const { draft } = (await embedded.post('/v1/drafts', { kind: 'scheme', id: 'S', content })).json<{ draft: string }>();
    await embedded.write(`/v1/drafts/${draft}/publication`, {});
    const first = await embedded.get('/v1/schemes/S/editions/1/what-if');
    const { token, clock } = embedded;
    await embedded.stop();
    embedded = await Service.embedded(folder.path, clock, token);
    const again = await embedded.get('/v1/schemes/S/editions/1/what-if');
    const shown = (await embedded.get('/v1/schemes/S')).json<{ editions: { whatIf: { digest: string } }[] }>();
    await embedded.stop();
    expect(again.text).toBe(first.text);
    expect(again.text.split('\n')).toHaveLength(3);
    expect(shown.editions[0]!.whatIf.digest).toBe(createHash('sha256').update(again.text).digest('hex'));
  });
});
