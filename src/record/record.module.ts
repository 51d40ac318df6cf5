import { Module } from '@nestjs/common';
import { ApproveHandler, ApproveRoute } from './commands/approve.js';
import { ApproveAwardHandler, ApproveAwardRoute } from './commands/approve-award.js';
import { AssignSchemeHandler, AssignSchemeRoute } from './commands/assign-scheme.js';
import { BindToPersonHandler, BindToPersonRoute } from './commands/bind-to-person.js';
import { ChangeGroupsHandler, ChangeGroupsRoute } from './commands/change-groups.js';
import { CompletePlanHandler, CompletePlanRoute } from './commands/complete-plan.js';
import { DeclineAwardHandler, DeclineAwardRoute } from './commands/decline-award.js';
import { EnrolHandler, EnrolRoute } from './commands/enrol.js';
import { ReportActivityHandler, ReportActivityRoute } from './commands/report-activity.js';
import { StartAssignmentHandler, StartAssignmentRoute } from './commands/start-assignment.js';
import { WithdrawAssignmentHandler, WithdrawAssignmentRoute } from './commands/withdraw-assignment.js';
import { WithdrawEnrolmentHandler, WithdrawEnrolmentRoute } from './commands/withdraw-enrolment.js';
import { AssignToManyHandler, AssignToManyRoute } from './commands/assign-to-many.js';
import { AwardCertificationHandler, AwardCertificationRoute } from './commands/award-certification.js';
import { CompleteCourseHandler, CompleteCourseRoute } from './commands/complete-course.js';
import { CorrectDetailsHandler, CorrectDetailsRoute } from './commands/correct-details.js';
import { CorrectFactHandler, CorrectFactRoute } from './commands/correct-fact.js';
import { RegisterLearnerHandler, RegisterLearnerRoute } from './commands/register-learner.js';
import { AttributeEvidenceHandler, AttributeEvidenceRoute } from './commands/attribute-evidence.js';
import { MakeNoticeTokenHandler, MakeNoticeTokenRoute } from './views/make-notice-token.js';
import { OpenRenewalHandler, OpenRenewalRoute } from './commands/open-renewal.js';
import { WithdrawRenewalHandler, WithdrawRenewalRoute } from './commands/withdraw-renewal.js';
import { RevokeCertificationHandler, RevokeCertificationRoute } from './commands/revoke-certification.js';
import { SuspendCertificationHandler, SuspendCertificationRoute } from './commands/suspend-certification.js';
import { ReinstateCertificationHandler, ReinstateCertificationRoute } from './commands/reinstate-certification.js';
import { ReduceScopeHandler, ReduceScopeRoute } from './commands/reduce-scope.js';
import { GrantWaiverHandler, GrantWaiverRoute } from './commands/grant-waiver.js';
import { EndWaiverHandler, EndWaiverRoute } from './commands/end-waiver.js';
import { OpenAppealHandler, OpenAppealRoute } from './commands/open-appeal.js';
import { DecideAppealHandler, DecideAppealRoute } from './commands/decide-appeal.js';
import { ConfirmRevocationsHandler, ConfirmRevocationsRoute } from './commands/confirm-revocations.js';
import { PreviewRevocationsHandler, PreviewRevocationsRoute } from './commands/preview-revocations.js';
import { SubmitEvidenceHandler, SubmitEvidenceRoute } from './commands/submit-evidence.js';
import { WithdrawSubmissionHandler, WithdrawSubmissionRoute } from './commands/withdraw-submission.js';
import { ApproveSubmissionHandler, ApproveSubmissionRoute } from './commands/approve-submission.js';
import { DeclineSubmissionHandler, DeclineSubmissionRoute } from './commands/decline-submission.js';
import { ClaimReviewHandler, ClaimReviewRoute } from './commands/claim-review.js';
import { ReleaseReviewHandler, ReleaseReviewRoute } from './commands/release-review.js';
import { CheckSourceHandler, CheckSourceRoute } from './commands/check-source.js';
import { Revocations } from './revocations.js';
import { AppealRoutes, ListAppealsHandler } from './views/appeals.js';
import { CoursePageRoutes, ShowCoursePageHandler } from './views/course-page.js';
import { ExpiryDateRoutes, ListExpiryDatesHandler } from './views/expiry-dates.js';
import { ExpiryForecastRoutes, ShowForecastHandler } from './views/expiry-forecast.js';
import { IndividualReportRoutes, ShowIndividualReportHandler } from './views/individual-report.js';
import { KnownRecords } from './views/known-records.js';
import { LateFactRoutes, ListLateFactsHandler } from './views/late-facts.js';
import { LapseRoutes, ListLapsesHandler } from './views/lapses.js';
import { CertificationRoutes, ListCertificationsHandler } from './views/learner-certifications.js';
import { PreviewPublicationHandler, PreviewPublicationRoute } from './views/preview-publication.js';
import { FindWhatIfHandler, WhatIfListRoute } from './views/what-if-list.js';
import { LearnerStatusRoutes, ShowLearnerHandler, ShowSchemeStatusHandler } from './views/learner-status.js';
import { LearnerRoutes, ListLearnersHandler } from './views/learners.js';
import { PopulationRoutes, ShowPopulationHandler } from './views/population.js';
import { ListProposalsHandler, ProposalRoutes } from './views/proposals.js';
import { ListReviewsHandler, ReviewRoutes } from './views/reviews.js';
import { ListSourceChecksHandler, SourceCheckRoutes } from './views/source-checks.js';
import { ListSubmissionsHandler, ShowSubmissionHandler, SubmissionRoutes } from './views/submissions.js';
import { ListTasksHandler, TaskRoutes } from './views/tasks.js';

/** A learner earns, keeps or loses a certification. */
@Module({
  controllers: [
    RegisterLearnerRoute,
    CorrectDetailsRoute,
    CorrectFactRoute,
    CompleteCourseRoute,
    AwardCertificationRoute,
    RevokeCertificationRoute,
    PreviewRevocationsRoute,
    ConfirmRevocationsRoute,
    SuspendCertificationRoute,
    ReinstateCertificationRoute,
    ReduceScopeRoute,
    GrantWaiverRoute,
    EndWaiverRoute,
    OpenAppealRoute,
    DecideAppealRoute,
    ApproveRoute,
    ApproveAwardRoute,
    AssignSchemeRoute,
    AssignToManyRoute,
    BindToPersonRoute,
    ChangeGroupsRoute,
    CompletePlanRoute,
    DeclineAwardRoute,
    EnrolRoute,
    ReportActivityRoute,
    StartAssignmentRoute,
    WithdrawAssignmentRoute,
    WithdrawEnrolmentRoute,
    SubmitEvidenceRoute,
    WithdrawSubmissionRoute,
    ApproveSubmissionRoute,
    DeclineSubmissionRoute,
    ClaimReviewRoute,
    ReleaseReviewRoute,
    CheckSourceRoute,
    OpenRenewalRoute,
    WithdrawRenewalRoute,
    AttributeEvidenceRoute,
    MakeNoticeTokenRoute,
    LearnerStatusRoutes,
    PreviewPublicationRoute,
    WhatIfListRoute,
    ExpiryDateRoutes,
    ExpiryForecastRoutes,
    LapseRoutes,
    CertificationRoutes,
    LearnerRoutes,
    TaskRoutes,
    IndividualReportRoutes,
    CoursePageRoutes,
    PopulationRoutes,
    ProposalRoutes,
    AppealRoutes,
    SubmissionRoutes,
    ReviewRoutes,
    SourceCheckRoutes,
    LateFactRoutes,
  ],
  providers: [
    KnownRecords,
    RegisterLearnerHandler,
    CorrectDetailsHandler,
    CorrectFactHandler,
    CompleteCourseHandler,
    AwardCertificationHandler,
    RevokeCertificationHandler,
    PreviewRevocationsHandler,
    ConfirmRevocationsHandler,
    Revocations,
    SuspendCertificationHandler,
    ReinstateCertificationHandler,
    ReduceScopeHandler,
    GrantWaiverHandler,
    EndWaiverHandler,
    OpenAppealHandler,
    DecideAppealHandler,
    ApproveHandler,
    ApproveAwardHandler,
    AssignSchemeHandler,
    AssignToManyHandler,
    BindToPersonHandler,
    ChangeGroupsHandler,
    CompletePlanHandler,
    DeclineAwardHandler,
    EnrolHandler,
    ReportActivityHandler,
    StartAssignmentHandler,
    WithdrawAssignmentHandler,
    WithdrawEnrolmentHandler,
    SubmitEvidenceHandler,
    WithdrawSubmissionHandler,
    ApproveSubmissionHandler,
    DeclineSubmissionHandler,
    ClaimReviewHandler,
    ReleaseReviewHandler,
    CheckSourceHandler,
    OpenRenewalHandler,
    WithdrawRenewalHandler,
    AttributeEvidenceHandler,
    MakeNoticeTokenHandler,
    ShowLearnerHandler,
    PreviewPublicationHandler,
    FindWhatIfHandler,
    ShowSchemeStatusHandler,
    ListExpiryDatesHandler,
    ShowForecastHandler,
    ListLapsesHandler,
    ListCertificationsHandler,
    ListLearnersHandler,
    ListTasksHandler,
    ShowIndividualReportHandler,
    ShowCoursePageHandler,
    ShowPopulationHandler,
    ListProposalsHandler,
    ListAppealsHandler,
    ListSubmissionsHandler,
    ShowSubmissionHandler,
    ListReviewsHandler,
    ListSourceChecksHandler,
    ListLateFactsHandler,
  ],
})
export class RecordModule {}
