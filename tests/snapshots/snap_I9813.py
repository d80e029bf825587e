# -*- coding: utf-8 -*-
# snapshottest: v1 - https://goo.gl/zC4yUc
from __future__ import unicode_literals

from snapshottest import Snapshot


snapshots = Snapshot()

snapshots['test_findings[I9813/right-environment.yaml] I9813/right-environment.yaml'] = [
]

snapshots['test_findings[I9813/right-nested-stack.yaml] I9813/right-nested-stack.yaml'] = [
]

snapshots['test_findings[I9813/right-output.yaml] I9813/right-output.yaml'] = [
]

snapshots['test_findings[I9813/right-parameter.yaml] I9813/right-parameter.yaml'] = [
]

snapshots['test_findings[I9813/right-policy.yaml] I9813/right-policy.yaml'] = [
]

snapshots['test_findings[I9813/right-sam.yaml] I9813/right-sam.yaml'] = [
]

snapshots['test_findings[I9813/wrong-environment.yaml] I9813/wrong-environment.yaml'] = [
    {
        'message': 'The environment of Checkout passes on Orders without a qualifier, so callers invoke $LATEST, which changes in two steps during an update; pass on an alias',
        'path': 'Resources/Checkout/Properties/Environment/Variables/ORDERS',
        'position': '45:11',
        'rule': 'I9813'
    }
]

snapshots['test_findings[I9813/wrong-nested-stack.yaml] I9813/wrong-nested-stack.yaml'] = [
    {
        'message': 'A nested stack parameter of Api passes on Orders without a qualifier, so callers invoke $LATEST, which changes in two steps during an update; pass on an alias',
        'path': 'Resources/Api/Properties/Parameters/OrdersArn',
        'position': '40:9',
        'rule': 'I9813'
    }
]

snapshots['test_findings[I9813/wrong-output.yaml] I9813/wrong-output.yaml'] = [
    {
        'message': 'Output OrdersArn (exported) passes on Orders without a qualifier, so callers invoke $LATEST, which changes in two steps during an update; pass on an alias',
        'path': 'Outputs/OrdersArn/Value',
        'position': '35:5',
        'rule': 'I9813'
    }
]

snapshots['test_findings[I9813/wrong-parameter.yaml] I9813/wrong-parameter.yaml'] = [
    {
        'message': 'An SSM parameter of OrdersArn passes on Orders without a qualifier, so callers invoke $LATEST, which changes in two steps during an update; pass on an alias',
        'path': 'Resources/OrdersArn/Properties/Value',
        'position': '37:7',
        'rule': 'I9813'
    },
    {
        'message': 'A secret of Shop passes on Orders without a qualifier, so callers invoke $LATEST, which changes in two steps during an update; pass on an alias',
        'path': 'Resources/Shop/Properties/SecretString',
        'position': '44:7',
        'rule': 'I9813'
    }
]

snapshots['test_findings[I9813/wrong-policy.yaml] I9813/wrong-policy.yaml'] = [
    {
        'message': 'A policy of Invoke grants invocation of Orders without a qualifier, so its holder invokes $LATEST, which changes in two steps during an update; grant an alias',
        'path': 'Resources/Invoke/Properties/PolicyDocument/Statement/0/Resource',
        'position': '42:13',
        'rule': 'I9813'
    }
]

snapshots['test_findings[I9813/wrong-sam.yaml] I9813/wrong-sam.yaml'] = [
    {
        'message': 'The environment of Checkout passes on Orders without a qualifier, so callers invoke $LATEST, which changes in two steps during an update; pass on an alias',
        'path': 'Resources/Checkout/Properties/Environment/Variables/ORDERS',
        'position': '27:11',
        'rule': 'I9813'
    },
    {
        'message': 'A policy of Checkout grants invocation of Orders without a qualifier, so its holder invokes $LATEST, which changes in two steps during an update; grant an alias',
        'path': 'Resources/Checkout/Properties/Policies/0/Statement/0/Resource',
        'position': '33:15',
        'rule': 'I9813'
    }
]
