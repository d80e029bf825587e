// cfn-lint with the rules of cfn_lint_lambda_race, at each `cdk synth`.
//
//     const {LambdaRaces} = require('./cdk-lambda-race');
//     Validations.of(app).addPlugins(new LambdaRaces({baseline: '../deployed/cdk.out'}));
'use strict';
const {execFileSync} = require('child_process');

/**
 * A validation plugin: what the pack says of the synthesised templates.
 *
 * `baseline` is an earlier `cdk.out`, that of what is deployed; without it, updates are not
 * judged. `fail: false` shows the findings and lets the synthesis succeed. `cfnLint` is
 * the program of the environment that has the pack.
 *
 * @implements {import('aws-cdk-lib').IPolicyValidationPlugin}
 */
class LambdaRaces {
  name = 'cfn-lint-lambda-race';

  constructor({baseline = '', fail = true, cfnLint = 'cfn-lint'} = {}) {
    Object.assign(this, {baseline, fail, cfnLint});
  }

  /** @param {import('aws-cdk-lib').IPolicyValidationContext} context */
  validate(context) {
    const output = execFileSync(this.cfnLint, [
      '--format', 'json', '--non-zero-exit-code', 'none',
      '--append-rules', 'cfn_lint_lambda_race',
      ...(this.baseline ? ['-x', `W9831:baseline_path=${this.baseline}`] : []),
      '--', ...context.templatePaths,
    ], {encoding: 'utf8', maxBuffer: 2 ** 28});
    // The CDK's own validator has cfn-lint's other rules.
    const matches = JSON.parse(output).filter(({Rule}) => Rule.Id.startsWith('W98'));
    return {
      success: !matches.length || !this.fail,
      violations: matches.map(violation),
    };
  }
}

/** What the CDK reports of one of cfn-lint's findings. */
function violation({Rule, Message, Location, Filename}) {
  const [, resource, ...place] = Location.Path ?? [];
  return {
    ruleName: Rule.Id,
    description: Message,
    severity: 'warning',
    fix: `cfn-lint-lambda-race explain ${Rule.Id}`,
    violatingResources: [
      {resourceLogicalId: resource, locations: [place.join('/')], templatePath: Filename},
    ],
  };
}

module.exports = {LambdaRaces};
