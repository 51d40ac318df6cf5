import { v4 as uuidv4 } from 'uuid';
import type { AskedCertificate, AskedLearningPlan, AskedScheme, CatalogueCommand, OpenedParty } from './domain/commands.js';
import type { CourseContent } from './domain/content.js';
import { catalogueDecider } from './domain/decider.js';
import { latest, type Catalogue } from './domain/state.js';
import { catalogueStream } from './facts.js';
import { envelopeOf, type WriteRequest } from '../http/write-request.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Receipt } from '../ledger/receipt.js';
import { isSealed } from '../ledger/sealed.js';
import type { Json } from '../shared/json.js';
import type { Rejection } from '../shared/result.js';

/** A responsible party may be a person: it is sealed under a key of its own, so that it can be erased by itself. */
export function withPartySubject<Content extends { responsibleParty?: unknown }>(
  content: Content,
): Content & { responsiblePartySubject?: string } {
  return content.responsibleParty === undefined ? content : { ...content, responsiblePartySubject: uuidv4() };
}

/** A definition as a request holds it, turned into the command that makes its first edition. */
export const courseCommand = ({
  certificate,
  ...course
}: CourseContent & { readonly course: string; readonly certificate?: AskedCertificate | undefined }): CatalogueCommand => ({
  type: 'DefineCourse',
  course: withPartySubject(course),
  certificate,
});
export const learningPlanCommand = (learningPlan: AskedLearningPlan): CatalogueCommand => ({
  type: 'DefineLearningPlan',
  learningPlan,
});
export const schemeCommand = (scheme: AskedScheme): CatalogueCommand => ({ type: 'DefineScheme', scheme });

/** Sends a command to the organization's one catalogue stream. */
export class Definitions {
  constructor(private readonly ledger: Ledger) {}

  async execute(write: WriteRequest, operation: string, command: CatalogueCommand, body: Json): Promise<Receipt | Rejection> {
    const { organization } = write.principal;
    const stream = catalogueStream(organization);
    const envelope = await envelopeOf(this.ledger.keyRing, write, stream, operation, body);
    return this.ledger.execute({
      decider: catalogueDecider,
      stream,
      command,
      envelope,
      facts: async () => ({ facts: await this.openedParty(organization, command) }),
    });
  }

  async read(organization: string): Promise<{ state: Catalogue; etag: number }> {
    const { state, callerRevision } = await this.ledger.load(catalogueDecider, catalogueStream(organization));
    return { state, etag: callerRevision };
  }

  /** Needed only where a revision could turn out to say nothing new. */
  private async openedParty(organization: string, command: CatalogueCommand): Promise<OpenedParty | undefined> {
    if (command.type !== 'ReviseCourse' || command.course.responsibleParty === undefined) return undefined;
    const { state } = await this.read(organization);
    const standing = latest(state.courses, command.course.course);
    if (standing === undefined || !isSealed(standing.responsibleParty)) return undefined;
    const responsibleParty = await this.ledger.keyRing.open(organization, standing.responsibleParty);
    return typeof responsibleParty === 'string' ? { edition: standing.edition, responsibleParty } : undefined;
  }
}
