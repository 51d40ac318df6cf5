import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { placesOf, pointerTo, type Place, type SchemaIssue } from '../shared/places.js';
import { ProblemException } from './problems.js';

const ISSUES_SHOWN_MAX = 20;

/**
 * Holds every body, query and part of an address to its schema. The framework's own pipe takes names such as `__proto__` out
 * before a schema sees them, so that they would pass where every other unknown name is refused.
 */
@Injectable()
export class RequestValidation implements PipeTransform {
  async transform(value: unknown, { type, data, schema }: ArgumentMetadata): Promise<unknown> {
    if (schema === undefined || type === 'custom') return value;
    const outcome = await schema['~standard'].validate(value);
    if (outcome.issues === undefined) return outcome.value;
    // A part of an address is a text without a name of its own; its name in the address says which one is meant.
    throw invalidRequest(
      placesOf(outcome.issues as readonly SchemaIssue[]).map(({ path, message }) => ({
        path: type === 'param' && data !== undefined ? [data, ...path] : path,
        message,
      })),
    );
  }
}

function invalidRequest(places: readonly Place[]): ProblemException {
  const errors = places.slice(0, ISSUES_SHOWN_MAX).map(({ path, message }) => ({ pointer: pointerTo(path), detail: message }));
  return new ProblemException('INVALID_REQUEST', {
    detail: errors.map(({ pointer, detail }) => `${pointer || 'The request'}: ${detail}`).join(' '),
    errors,
  });
}
