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
  validate({templatePaths}) {
    let violations;
    try {
      violations = this.lint(templatePaths).map(violation);
    } catch (error) {
      // What a plugin throws, the CDK passes over, and the synthesis succeeds.
      violations = [failure(error, templatePaths[0])];
    }
    return {success: !violations.length || !this.fail, violations};
  }

  lint(templates) {
    const output = execFileSync(this.cfnLint, [
      '--format', 'json', '--non-zero-exit-code', 'none',
      '--append-rules', 'cfn_lint_lambda_race',
      ...(this.baseline ? ['-x', `W9831:baseline_path=${this.baseline}`] : []),
      '--', ...templates,
    ], {encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'pipe']});
    // The CDK's own validator has cfn-lint's other rules.
    return JSON.parse(output).filter(({Rule}) => Rule.Id.startsWith('W98'));
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

/** What the CDK reports where cfn-lint could not be run. */
function failure({stderr, message}, templatePath) {
  const reason = (stderr || message).trim().split('\n').pop();
  return {
    ruleName: 'cannot-run',
    description: `No race was looked for, since cfn-lint cannot be run: ${reason}`,
    severity: 'error',
    fix: 'install cfn-lint and the pack, and name the program with cfnLint',
    violatingResources: [{locations: [''], templatePath}],
  };
}

module.exports = {LambdaRaces};
