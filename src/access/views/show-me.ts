import { Controller, Get } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../http/openapi.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { isoInstant } from '../../shared/text.js';

const meSchema = z.object({
  organization: z.string(),
  home: z.string().optional().meta({ description: 'Your own organization, where you act in another one.' }),
  key: z.string(),
  person: z.string().optional().meta({ description: 'The pseudonym by which events name you.' }),
  asserted: z.literal(true).optional(),
  roles: z.array(
    z.object({
      role: z.string(),
      by: z.string().meta({ description: 'key, session, delegation, grant or folder' }),
      until: isoInstant.optional(),
    }),
  ),
  responsibility: z.array(z.string()).optional(),
});
type Me = z.infer<typeof meSchema>;

@Controller('v1')
export class ShowMeRoute {
  @Get('me')
  @ApiOperation({ summary: 'Who you are here, with every role that you have at this moment', tags: ['Access'] })
  @Answers(meSchema)
  me(@CurrentPrincipal() { organization, actor, roles = [], responsibility }: Principal): Me {
    const { key, home, person, asserted } = actor;
    return {
      organization,
      ...(home === undefined ? {} : { home }),
      key,
      ...(person === undefined ? {} : { person }),
      ...(asserted === undefined ? {} : { asserted }),
      roles: [...roles],
      ...(responsibility === undefined ? {} : { responsibility: [...responsibility] }),
    };
  }
}
