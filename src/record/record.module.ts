import { Module } from '@nestjs/common';
import { AwardCertificationHandler, AwardCertificationRoute } from './commands/award-certification.js';
import { CompleteCourseHandler, CompleteCourseRoute } from './commands/complete-course.js';
import { CorrectDetailsHandler, CorrectDetailsRoute } from './commands/correct-details.js';
import { RegisterLearnerHandler, RegisterLearnerRoute } from './commands/register-learner.js';
import { RevokeCertificationHandler, RevokeCertificationRoute } from './commands/revoke-certification.js';
import { ExpiryDateRoutes, ListExpiryDatesHandler } from './views/expiry-dates.js';
import { LearnerStatusRoutes, ShowLearnerHandler, ShowSchemeStatusHandler } from './views/learner-status.js';

/** A learner earns, keeps or loses a certification. */
@Module({
  controllers: [
    RegisterLearnerRoute,
    CorrectDetailsRoute,
    CompleteCourseRoute,
    AwardCertificationRoute,
    RevokeCertificationRoute,
    LearnerStatusRoutes,
    ExpiryDateRoutes,
  ],
  providers: [
    RegisterLearnerHandler,
    CorrectDetailsHandler,
    CompleteCourseHandler,
    AwardCertificationHandler,
    RevokeCertificationHandler,
    ShowLearnerHandler,
    ShowSchemeStatusHandler,
    ListExpiryDatesHandler,
  ],
})
export class RecordModule {}
