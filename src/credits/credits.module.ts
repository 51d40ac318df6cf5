import { Module } from '@nestjs/common';
import { ApproveAdjustmentHandler, ApproveAdjustmentRoute } from './commands/approve-adjustment.js';
import { DeclineAdjustmentHandler, DeclineAdjustmentRoute } from './commands/decline-adjustment.js';
import { ProposeAdjustmentHandler, ProposeAdjustmentRoute } from './commands/propose-adjustment.js';
import { PurchaseCreditsHandler, PurchaseCreditsRoute } from './commands/purchase-credits.js';
import { ReturnCreditsHandler, ReturnCreditsRoute } from './commands/return-credits.js';
import { SetThresholdHandler, SetThresholdRoute } from './commands/set-threshold.js';
import { ListAdjustmentsHandler, ListAdjustmentsRoute } from './views/list-adjustments.js';
import { ShowBalanceHandler, ShowBalanceRoute } from './views/show-balance.js';
import { ShowStatementHandler, ShowStatementRoute } from './views/show-statement.js';

/** What certifying costs: one account for each organization, sold by the platform, spent by the organization, edited by nobody. */
@Module({
  controllers: [
    PurchaseCreditsRoute,
    ProposeAdjustmentRoute,
    ApproveAdjustmentRoute,
    DeclineAdjustmentRoute,
    ReturnCreditsRoute,
    SetThresholdRoute,
    ShowBalanceRoute,
    ShowStatementRoute,
    ListAdjustmentsRoute,
  ],
  providers: [
    PurchaseCreditsHandler,
    ProposeAdjustmentHandler,
    ApproveAdjustmentHandler,
    DeclineAdjustmentHandler,
    ReturnCreditsHandler,
    SetThresholdHandler,
    ShowBalanceHandler,
    ShowStatementHandler,
    ListAdjustmentsHandler,
  ],
})
export class CreditsModule {}
