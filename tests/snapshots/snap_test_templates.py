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

snapshots['test_findings[I9814/right-edge.yaml] I9814/right-edge.yaml'] = [
]

snapshots['test_findings[I9814/right.yaml] I9814/right.yaml'] = [
]

snapshots['test_findings[I9814/wrong.yaml] I9814/wrong.yaml'] = [
    {
        'message': 'Nightly (AWS::Events::Rule) invokes a version of Orders by number: each deployment replaces it and its permission in turn, and invocations between are denied; invoke an alias',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn',
        'position': '34:11',
        'rule': 'I9814'
    }
]

snapshots['test_findings[I9821/right-sam.yaml] I9821/right-sam.yaml'] = [
]

snapshots['test_findings[I9821/right.yaml] I9821/right.yaml'] = [
]

snapshots['test_findings[I9821/wrong-sam.yaml] I9821/wrong-sam.yaml'] = [
    {
        'message': "Layer Shared is shared by Orders (arm64) and Checkout (x86_64) but declares no CompatibleArchitectures: its binaries fail on one with 'exec format error'; declare what it runs on",
        'path': 'Resources/Shared',
        'position': '29:3',
        'rule': 'I9821'
    }
]

snapshots['test_findings[I9821/wrong.yaml] I9821/wrong.yaml'] = [
    {
        'message': "Layer Native is shared by Orders (arm64) and Checkout (x86_64) but declares no CompatibleArchitectures: its binaries fail on one with 'exec format error'; declare what it runs on",
        'path': 'Resources/Native',
        'position': '35:3',
        'rule': 'I9821'
    }
]

snapshots['test_findings[I9836/right-sam.yaml] I9836/right-sam.yaml'] = [
]

snapshots['test_findings[I9836/right.yaml] I9836/right.yaml'] = [
]

snapshots['test_findings[I9836/wrong-sam.yaml] I9836/wrong-sam.yaml'] = [
    {
        'message': 'Parameter PriceList changes Environment of Orders without publishing a version, so callers of Orders.Alias keep the old one; add it to the VersionDescription of Orders',
        'path': 'Resources/Orders',
        'position': '12:3',
        'rule': 'I9836'
    }
]

snapshots['test_findings[I9836/wrong.yaml] I9836/wrong.yaml'] = [
    {
        'message': 'Parameter Release changes Environment of Orders without publishing a version, so callers of OrdersLive keep the old one; add it to the Description of OrdersCurrentVersionE7A382CC5c1d0fcc0fa1e4a2ad6ccda7bd2d3a1d',
        'path': 'Resources/Orders',
        'position': '11:3',
        'rule': 'I9836'
    }
]

snapshots['test_findings[W9810/right-appsync.yaml] W9810/right-appsync.yaml'] = [
]

snapshots['test_findings[W9810/right-cdk.json] W9810/right-cdk.json'] = [
]

snapshots['test_findings[W9810/right-codepipeline.yaml] W9810/right-codepipeline.yaml'] = [
]

snapshots['test_findings[W9810/right-cognito.yaml] W9810/right-cognito.yaml'] = [
]

snapshots['test_findings[W9810/right-conditions.yaml] W9810/right-conditions.yaml'] = [
]

snapshots['test_findings[W9810/right-destinations.yaml] W9810/right-destinations.yaml'] = [
]

snapshots['test_findings[W9810/right-event-sources.yaml] W9810/right-event-sources.yaml'] = [
]

snapshots['test_findings[W9810/right-eventbridge.yaml] W9810/right-eventbridge.yaml'] = [
]

snapshots['test_findings[W9810/right-function-url.yaml] W9810/right-function-url.yaml'] = [
]

snapshots['test_findings[W9810/right-http-api.yaml] W9810/right-http-api.yaml'] = [
]

snapshots['test_findings[W9810/right-latest-alias.yaml] W9810/right-latest-alias.yaml'] = [
]

snapshots['test_findings[W9810/right-openapi.yaml] W9810/right-openapi.yaml'] = [
]

snapshots['test_findings[W9810/right-rest-api.yaml] W9810/right-rest-api.yaml'] = [
]

snapshots['test_findings[W9810/right-s3-cdk.json] W9810/right-s3-cdk.json'] = [
]

snapshots['test_findings[W9810/right-s3.yaml] W9810/right-s3.yaml'] = [
]

snapshots['test_findings[W9810/right-sam-api.yaml] W9810/right-sam-api.yaml'] = [
]

snapshots['test_findings[W9810/right-sam-state-machine.yaml] W9810/right-sam-state-machine.yaml'] = [
]

snapshots['test_findings[W9810/right-sam.yaml] W9810/right-sam.yaml'] = [
]

snapshots['test_findings[W9810/right-serverless-framework.json] W9810/right-serverless-framework.json'] = [
]

snapshots['test_findings[W9810/right-state-machine-string.yaml] W9810/right-state-machine-string.yaml'] = [
]

snapshots['test_findings[W9810/right-state-machine.yaml] W9810/right-state-machine.yaml'] = [
]

snapshots['test_findings[W9810/right-subscriptions.yaml] W9810/right-subscriptions.yaml'] = [
]

snapshots['test_findings[W9810/right-target-groups.yaml] W9810/right-target-groups.yaml'] = [
]

snapshots['test_findings[W9810/right.yaml] W9810/right.yaml'] = [
]

snapshots['test_findings[W9810/wrong-appsync.yaml] W9810/wrong-appsync.yaml'] = [
    {
        'message': 'Api (AWS::AppSync::GraphQLApi) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Api/Properties/LambdaAuthorizerConfig/AuthorizerUri',
        'position': '24:9',
        'rule': 'W9810'
    },
    {
        'message': 'Source (AWS::AppSync::DataSource) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version, which its role must allow',
        'path': 'Resources/Source/Properties/LambdaConfig/LambdaFunctionArn',
        'position': '34:9',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-cdk.json] W9810/wrong-cdk.json'] = [
    {
        'message': 'Api/Default/ANY (ApiANY6E5B6E1D, AWS::ApiGateway::Method) invokes $LATEST of Orders (Orders78B91A02), which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/ApiANY6E5B6E1D/Properties/Integration/Uri',
        'position': '80:11',
        'rule': 'W9810'
    },
    {
        'message': 'Orders/SqsEventSource:ShopQueue (OrdersSqsEventSourceShopQueue6D4F2A10, AWS::Lambda::EventSourceMapping) invokes $LATEST of Orders (Orders78B91A02), which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/OrdersSqsEventSourceShopQueue6D4F2A10/Properties/FunctionName',
        'position': '175:9',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-codepipeline.yaml] W9810/wrong-codepipeline.yaml'] = [
    {
        'message': 'Pipeline (AWS::CodePipeline::Pipeline) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version, which its role must allow',
        'path': 'Resources/Pipeline/Properties/Stages/1/Actions/0/Configuration/FunctionName',
        'position': '48:17',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-cognito.yaml] W9810/wrong-cognito.yaml'] = [
    {
        'message': 'Pool (AWS::Cognito::UserPool) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Pool/Properties/LambdaConfig/PreSignUp',
        'position': '23:9',
        'rule': 'W9810'
    },
    {
        'message': 'Pool (AWS::Cognito::UserPool) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Pool/Properties/LambdaConfig/PreTokenGenerationConfig/LambdaArn',
        'position': '25:11',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-conditions.yaml] W9810/wrong-conditions.yaml'] = [
    {
        'message': 'Nightly (AWS::Events::Rule) invokes $LATEST of Orders when IsProd is false, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn/Fn::If/2',
        'position': '48:46',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-destinations.yaml] W9810/wrong-destinations.yaml'] = [
    {
        'message': 'The OnSuccess destination of CheckoutInvoked (AWS::Lambda::EventInvokeConfig) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version, which its role must allow',
        'path': 'Resources/CheckoutInvoked/Properties/DestinationConfig/OnSuccess/Destination',
        'position': '36:11',
        'rule': 'W9810'
    },
    {
        'message': 'The OnFailure destination of CheckoutInvoked (AWS::Lambda::EventInvokeConfig) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version, which its role must allow',
        'path': 'Resources/CheckoutInvoked/Properties/DestinationConfig/OnFailure/Destination',
        'position': '38:11',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-event-sources.yaml] W9810/wrong-event-sources.yaml'] = [
    {
        'message': 'FromQueue (AWS::Lambda::EventSourceMapping) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/FromQueue/Properties/FunctionName',
        'position': '25:7',
        'rule': 'W9810'
    },
    {
        'message': 'FromTable (AWS::Lambda::EventSourceMapping) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/FromTable/Properties/FunctionName',
        'position': '31:7',
        'rule': 'W9810'
    },
    {
        'message': 'FromStream (AWS::Lambda::EventSourceMapping) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/FromStream/Properties/FunctionName',
        'position': '38:7',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-eventbridge.yaml] W9810/wrong-eventbridge.yaml'] = [
    {
        'message': 'Placed (AWS::Events::Rule) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Placed/Properties/Targets/0/Arn',
        'position': '25:11',
        'rule': 'W9810'
    },
    {
        'message': 'Nightly (AWS::Scheduler::Schedule) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version, which its role must allow',
        'path': 'Resources/Nightly/Properties/Target/Arn',
        'position': '34:9',
        'rule': 'W9810'
    },
    {
        'message': 'Pipe (AWS::Pipes::Pipe) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version, which its role must allow',
        'path': 'Resources/Pipe/Properties/Target',
        'position': '45:7',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-function-url.yaml] W9810/wrong-function-url.yaml'] = [
    {
        'message': 'Url (AWS::Lambda::Url) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Url/Properties/TargetFunctionArn',
        'position': '22:7',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-http-api.yaml] W9810/wrong-http-api.yaml'] = [
    {
        'message': 'Integration (AWS::ApiGatewayV2::Integration) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Integration/Properties/IntegrationUri',
        'position': '29:7',
        'rule': 'W9810'
    },
    {
        'message': 'Authorizer (AWS::ApiGatewayV2::Authorizer) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Authorizer/Properties/AuthorizerUri',
        'position': '39:7',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-latest-alias.yaml] W9810/wrong-latest-alias.yaml'] = [
    {
        'message': 'Alias OrdersLive of Orders points to $LATEST, which changes in two steps during an update; point it to a published version',
        'path': 'Resources/OrdersLive/Properties/FunctionVersion',
        'position': '22:7',
        'rule': 'W9811'
    },
    {
        'message': 'Nightly (AWS::Events::Rule) invokes $LATEST of Orders through alias OrdersLive, which changes in two steps during an update; let OrdersLive point to a published version',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn',
        'position': '31:11',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-openapi.yaml] W9810/wrong-openapi.yaml'] = [
    {
        'message': 'Api (AWS::ApiGateway::RestApi) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Api/Properties/Body/paths//orders/get/x-amazon-apigateway-integration/uri',
        'position': '35:17',
        'rule': 'W9810'
    },
    {
        'message': 'Api (AWS::ApiGateway::RestApi) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Api/Properties/Body/components/securitySchemes/caller/x-amazon-apigateway-authorizer/authorizerUri',
        'position': '45:17',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-rest-api.yaml] W9810/wrong-rest-api.yaml'] = [
    {
        'message': 'Authorizer (AWS::ApiGateway::Authorizer) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Authorizer/Properties/AuthorizerUri',
        'position': '31:7',
        'rule': 'W9810'
    },
    {
        'message': 'Get (AWS::ApiGateway::Method) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Get/Properties/Integration/Uri',
        'position': '44:9',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-s3-cdk.json] W9810/wrong-s3-cdk.json'] = [
    {
        'message': 'BucketNotifications8F2E257D (Custom::S3BucketNotifications) invokes $LATEST of Orders78B91A02, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/BucketNotifications8F2E257D/Properties/NotificationConfiguration/LambdaFunctionConfigurations/0/LambdaFunctionArn',
        'position': '65:15',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-s3.yaml] W9810/wrong-s3.yaml'] = [
    {
        'message': 'Bucket (AWS::S3::Bucket) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Bucket/Properties/NotificationConfiguration/LambdaConfigurations/0/Function',
        'position': '26:13',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-sam-api.yaml] W9810/wrong-sam-api.yaml'] = [
    {
        'message': 'Api (AWS::Serverless::Api) invokes $LATEST of Orders, which changes in two steps during an update; invoke !Ref Orders.Alias',
        'path': 'Resources/Api/Properties/DefinitionBody/paths//orders/get/x-amazon-apigateway-integration/uri',
        'position': '34:17',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-sam-state-machine.yaml] W9810/wrong-sam-state-machine.yaml'] = [
    {
        'message': 'State Ship of Process (AWS::Serverless::StateMachine) invokes $LATEST of Orders, which changes in two steps during an update; set AutoPublishAlias and invoke !Ref Orders.Alias, which its role must allow',
        'path': 'Resources/Process/Properties/DefinitionSubstitutions/ship',
        'position': '31:9',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-sam.yaml] W9810/wrong-sam.yaml'] = [
    {
        'message': 'Event Api of Orders invokes $LATEST of Orders, which changes in two steps during an update; set AutoPublishAlias on Orders and invoke that alias',
        'path': 'Resources/Orders/Properties/Events/Api',
        'position': '17:9',
        'rule': 'W9810'
    },
    {
        'message': 'Event Nightly of Orders invokes $LATEST of Orders, which changes in two steps during an update; set AutoPublishAlias on Orders and invoke that alias',
        'path': 'Resources/Orders/Properties/Events/Nightly',
        'position': '22:9',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-serverless-framework.json] W9810/wrong-serverless-framework.json'] = [
    {
        'message': 'OrdersEventsRuleSchedule1 (AWS::Events::Rule) invokes $LATEST of OrdersLambdaFunction, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/OrdersEventsRuleSchedule1/Properties/Targets/0/Arn',
        'position': '64:13',
        'rule': 'W9810'
    },
    {
        'message': 'HttpApiIntegrationOrders (AWS::ApiGatewayV2::Integration) invokes $LATEST of OrdersLambdaFunction, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/HttpApiIntegrationOrders/Properties/IntegrationUri',
        'position': '108:9',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-state-machine-string.yaml] W9810/wrong-state-machine-string.yaml'] = [
    {
        'message': 'State Ship of Process (AWS::StepFunctions::StateMachine) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version, which its role must allow',
        'path': 'Resources/Process/Properties/DefinitionString',
        'position': '23:7',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-state-machine.yaml] W9810/wrong-state-machine.yaml'] = [
    {
        'message': 'State Read of Process (AWS::StepFunctions::StateMachine) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version, which its role must allow',
        'path': 'Resources/Process/Properties/Definition/States/Read/Resource',
        'position': '28:13',
        'rule': 'W9810'
    },
    {
        'message': 'State EachOrder/Ship of Process (AWS::StepFunctions::StateMachine) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version, which its role must allow',
        'path': 'Resources/Process/Properties/Definition/States/EachOrder/ItemProcessor/States/Ship/Parameters/FunctionName',
        'position': '39:21',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-subscriptions.yaml] W9810/wrong-subscriptions.yaml'] = [
    {
        'message': 'Topic (AWS::SNS::Topic) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Topic/Properties/Subscription/0/Endpoint',
        'position': '23:11',
        'rule': 'W9810'
    },
    {
        'message': 'Logs (AWS::Logs::SubscriptionFilter) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Logs/Properties/DestinationArn',
        'position': '30:7',
        'rule': 'W9810'
    },
    {
        'message': 'Doors (AWS::IoT::TopicRule) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Doors/Properties/TopicRulePayload/Actions/0/Lambda/FunctionArn',
        'position': '39:15',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-target-groups.yaml] W9810/wrong-target-groups.yaml'] = [
    {
        'message': 'Balanced (AWS::ElasticLoadBalancingV2::TargetGroup) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Balanced/Properties/Targets/0/Id',
        'position': '24:11',
        'rule': 'W9810'
    },
    {
        'message': 'Lattice (AWS::VpcLattice::TargetGroup) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Lattice/Properties/Targets/0/Id',
        'position': '38:11',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong.yaml] W9810/wrong.yaml'] = [
    {
        'message': 'FromQueue (AWS::Lambda::EventSourceMapping) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/FromQueue/Properties/FunctionName',
        'position': '26:7',
        'rule': 'W9810'
    },
    {
        'message': 'Nightly (AWS::Events::Rule) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn',
        'position': '35:11',
        'rule': 'W9810'
    },
    {
        'message': 'FromTopic (AWS::SNS::Subscription) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/FromTopic/Properties/Endpoint',
        'position': '45:7',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9811/right-conditions.yaml] W9811/right-conditions.yaml'] = [
]

snapshots['test_findings[W9811/right-parameter.yaml] W9811/right-parameter.yaml'] = [
]

snapshots['test_findings[W9811/right.yaml] W9811/right.yaml'] = [
]

snapshots['test_findings[W9811/wrong-conditions.yaml] W9811/wrong-conditions.yaml'] = [
    {
        'message': 'Alias OrdersLive of Orders points to $LATEST when IsProd is false, which changes in two steps during an update; point it to a published version',
        'path': 'Resources/OrdersLive/Properties/FunctionVersion/Fn::If/2',
        'position': '38:75',
        'rule': 'W9811'
    }
]

snapshots['test_findings[W9811/wrong-parameter.yaml] W9811/wrong-parameter.yaml'] = [
    {
        'message': 'Alias OrdersLive of Orders points to $LATEST, which changes in two steps during an update; point it to a published version',
        'path': 'Resources/OrdersLive/Properties/FunctionVersion',
        'position': '28:7',
        'rule': 'W9811'
    }
]

snapshots['test_findings[W9811/wrong.yaml] W9811/wrong.yaml'] = [
    {
        'message': 'Alias OrdersLive of Orders points to $LATEST, which changes in two steps during an update; point it to a published version',
        'path': 'Resources/OrdersLive/Properties/FunctionVersion',
        'position': '22:7',
        'rule': 'W9811'
    }
]

snapshots['test_findings[W9812/right-event-invoke-config.yaml] W9812/right-event-invoke-config.yaml'] = [
]

snapshots['test_findings[W9812/right-permission.yaml] W9812/right-permission.yaml'] = [
]

snapshots['test_findings[W9812/right-provisioned-concurrency.yaml] W9812/right-provisioned-concurrency.yaml'] = [
]

snapshots['test_findings[W9812/right-role.yaml] W9812/right-role.yaml'] = [
]

snapshots['test_findings[W9812/right-sam.yaml] W9812/right-sam.yaml'] = [
]

snapshots['test_findings[W9812/right-scalable-target.yaml] W9812/right-scalable-target.yaml'] = [
]

snapshots['test_findings[W9812/right-source.yaml] W9812/right-source.yaml'] = [
]

snapshots['test_findings[W9812/wrong-event-invoke-config.yaml] W9812/wrong-event-invoke-config.yaml'] = [
    {
        'message': 'The event-invoke config Invoked applies to $LATEST, but Topic (AWS::SNS::Topic) invokes OrdersLive of Orders, so it has no effect; put it on OrdersLive',
        'path': 'Resources/Invoked/Properties/Qualifier',
        'position': '37:7',
        'rule': 'W9812'
    }
]

snapshots['test_findings[W9812/wrong-permission.yaml] W9812/wrong-permission.yaml'] = [
    {
        'message': 'Permission FromRule is for $LATEST, but Nightly (AWS::Events::Rule) invokes OrdersLive of Orders, so its invocations are denied; put the permission on OrdersLive',
        'path': 'Resources/FromRule/Properties/FunctionName',
        'position': '44:7',
        'rule': 'W9812'
    }
]

snapshots['test_findings[W9812/wrong-provisioned-concurrency.yaml] W9812/wrong-provisioned-concurrency.yaml'] = [
    {
        'message': 'The provisioned concurrency of OrdersLive applies to OrdersLive, but Integration (AWS::ApiGatewayV2::Integration) invokes $LATEST of Orders, so it has no effect; let Integration (AWS::ApiGatewayV2::Integration) invoke OrdersLive',
        'path': 'Resources/OrdersLive/Properties/ProvisionedConcurrencyConfig',
        'position': '32:7',
        'rule': 'W9812'
    },
    {
        'message': 'Integration (AWS::ApiGatewayV2::Integration) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Integration/Properties/IntegrationUri',
        'position': '46:7',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9812/wrong-role.yaml] W9812/wrong-role.yaml'] = [
    {
        'message': 'Role ProcessRole allows $LATEST, but State Ship of Process (AWS::StepFunctions::StateMachine) invokes OrdersLive of Orders, so its invocations are denied; allow OrdersLive too',
        'path': 'Resources/ProcessRole/Properties/Policies/0/PolicyDocument/Statement/0/Resource',
        'position': '49:17',
        'rule': 'W9812'
    }
]

snapshots['test_findings[W9812/wrong-sam.yaml] W9812/wrong-sam.yaml'] = [
    {
        'message': 'Permission FromTopic is for $LATEST, but Topic (AWS::SNS::Topic) invokes !Ref Orders.Alias of Orders, so its invocations are denied; put the permission on !Ref Orders.Alias',
        'path': 'Resources/FromTopic/Properties/FunctionName',
        'position': '35:7',
        'rule': 'W9812'
    }
]

snapshots['test_findings[W9812/wrong-scalable-target.yaml] W9812/wrong-scalable-target.yaml'] = [
    {
        'message': 'The scalable target Warm applies to OrdersNext, but Api (AWS::ApiGatewayV2::Api) invokes OrdersLive of Orders, so it has no effect; put it on OrdersLive',
        'path': 'Resources/Warm/Properties/ResourceId',
        'position': '46:7',
        'rule': 'W9812'
    }
]

snapshots['test_findings[W9812/wrong-source.yaml] W9812/wrong-source.yaml'] = [
    {
        'message': 'Permission FromOffice is for $LATEST, but Office (AWS::ApiGatewayV2::Api) invokes OrdersLive of Orders, so its invocations are denied; put the permission on OrdersLive',
        'path': 'Resources/FromOffice/Properties/FunctionName',
        'position': '58:7',
        'rule': 'W9812'
    }
]

snapshots['test_findings[W9820/right-conditions.yaml] W9820/right-conditions.yaml'] = [
]

snapshots['test_findings[W9820/right-layers.yaml] W9820/right-layers.yaml'] = [
]

snapshots['test_findings[W9820/right-sam.yaml] W9820/right-sam.yaml'] = [
]

snapshots['test_findings[W9820/right.yaml] W9820/right.yaml'] = [
]

snapshots['test_findings[W9820/wrong-conditions.yaml] W9820/wrong-conditions.yaml'] = [
    {
        'message': "Layer Datadog-Extension runs on x86_64 only, but Orders is arm64 when IsArm is true: it fails with 'exec format error'; use Datadog-Extension-ARM",
        'path': 'Resources/Orders/Properties/Layers/0/Fn::If/1',
        'position': '25:13',
        'rule': 'W9820'
    },
    {
        'message': "Layer Datadog-Extension-ARM runs on arm64 only, but Orders is x86_64 when IsArm is false: it fails with 'exec format error'; use Datadog-Extension",
        'path': 'Resources/Orders/Properties/Layers/0/Fn::If/2',
        'position': '26:13',
        'rule': 'W9820'
    }
]

snapshots['test_findings[W9820/wrong-layers.yaml] W9820/wrong-layers.yaml'] = [
    {
        'message': 'Layers Datadog-Python313 (x86_64) and Datadog-Extension-ARM (arm64) of Orders run on different architectures: binaries in one do not run; use layers of one architecture',
        'path': 'Resources/Orders/Properties/Layers/1',
        'position': '24:11',
        'rule': 'W9820'
    }
]

snapshots['test_findings[W9820/wrong-sam.yaml] W9820/wrong-sam.yaml'] = [
    {
        'message': 'Layer Native runs on x86_64 only, but Orders is arm64: binaries in it do not run; use a layer built for arm64',
        'path': 'Resources/Orders/Properties/Layers/0',
        'position': '20:11',
        'rule': 'W9820'
    }
]

snapshots['test_findings[W9820/wrong.yaml] W9820/wrong.yaml'] = [
    {
        'message': 'Layer Native runs on x86_64 only, but Orders is arm64: binaries in it do not run; use a layer built for arm64',
        'path': 'Resources/Orders/Properties/Layers/0',
        'position': '20:11',
        'rule': 'W9820'
    },
    {
        'message': "Layer Datadog-Extension runs on x86_64 only, but Orders is arm64: it fails with 'exec format error'; use Datadog-Extension-ARM",
        'path': 'Resources/Orders/Properties/Layers/1',
        'position': '21:11',
        'rule': 'W9820'
    }
]

snapshots['test_findings[W9830/right-build.yaml] W9830/right-build.yaml'] = [
]

snapshots['test_findings[W9830/right-sam.yaml] W9830/right-sam.yaml'] = [
]

snapshots['test_findings[W9830/right.yaml] W9830/right.yaml'] = [
]

snapshots['test_findings[W9830/wrong-build.yaml] W9830/wrong-build.yaml'] = [
    {
        'message': 'Parameter BuildId drives Code of Orders (UpdateFunctionCode) and its Environment (UpdateFunctionConfiguration), so a new value changes $LATEST in two steps; invoke an alias of a published version',
        'path': 'Resources/Orders',
        'position': '13:3',
        'rule': 'W9830'
    },
    {
        'message': 'Nightly (AWS::Events::Rule) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn',
        'position': '32:11',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9830/wrong-sam.yaml] W9830/wrong-sam.yaml'] = [
    {
        'message': 'Parameter CommitSha drives Code of Orders (UpdateFunctionCode) and its Environment (UpdateFunctionConfiguration), so a new value changes $LATEST in two steps; invoke an alias of a published version',
        'path': 'Resources/Orders',
        'position': '21:3',
        'rule': 'W9830'
    },
    {
        'message': 'Event Nightly of Orders invokes $LATEST of Orders, which changes in two steps during an update; set AutoPublishAlias on Orders and invoke that alias',
        'path': 'Resources/Orders/Properties/Events/Nightly',
        'position': '28:9',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9830/wrong.yaml] W9830/wrong.yaml'] = [
    {
        'message': 'Parameter Architecture drives Architectures of Orders (UpdateFunctionCode) and its Layers (UpdateFunctionConfiguration), so a new value changes $LATEST in two steps; invoke an alias of a published version',
        'path': 'Resources/Orders',
        'position': '18:3',
        'rule': 'W9830'
    },
    {
        'message': 'Nightly (AWS::Events::Rule) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn',
        'position': '40:11',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9831/right-layer.yaml] W9831/right-layer.yaml'] = [
    {
        'message': 'Nightly (AWS::Events::Rule) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn',
        'position': '31:11',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9831/right-sam.yaml] W9831/right-sam.yaml'] = [
]

snapshots['test_findings[W9831/right.yaml] W9831/right.yaml'] = [
]

snapshots['test_findings[W9831/wrong-layer.yaml] W9831/wrong-layer.yaml'] = [
    {
        'message': 'This update changes Code of Orders (UpdateFunctionCode) and its Layers (UpdateFunctionConfiguration), and between the two calls $LATEST mixes old and new; invoke an alias first (cfn-lint-lambda-race plan)',
        'path': 'Resources/Orders/Properties/Code/S3Key',
        'position': '18:9',
        'rule': 'W9831'
    },
    {
        'message': 'Nightly (AWS::Events::Rule) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn',
        'position': '35:11',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9831/wrong-sam.yaml] W9831/wrong-sam.yaml'] = [
    {
        'message': 'This update changes Code of Orders (UpdateFunctionCode) and its Environment (UpdateFunctionConfiguration), and between the two calls $LATEST mixes old and new; invoke an alias first (cfn-lint-lambda-race plan)',
        'path': 'Resources/Orders/Properties/Environment/Variables/TABLE_NAME',
        'position': '18:11',
        'rule': 'W9831'
    },
    {
        'message': 'Event Nightly of Orders invokes $LATEST of Orders, which changes in two steps during an update; set AutoPublishAlias on Orders and invoke that alias',
        'path': 'Resources/Orders/Properties/Events/Nightly',
        'position': '20:9',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9831/wrong.yaml] W9831/wrong.yaml'] = [
    {
        'message': 'This update changes Code of Orders (UpdateFunctionCode) and its Environment (UpdateFunctionConfiguration), and between the two calls $LATEST mixes old and new; invoke an alias first (cfn-lint-lambda-race plan)',
        'path': 'Resources/Orders/Properties/Environment/Variables/TABLE_NAME',
        'position': '20:11',
        'rule': 'W9831'
    },
    {
        'message': 'Nightly (AWS::Events::Rule) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn',
        'position': '28:11',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9832/right-sam.yaml] W9832/right-sam.yaml'] = [
]

snapshots['test_findings[W9832/right.yaml] W9832/right.yaml'] = [
]

snapshots['test_findings[W9832/wrong-sam.yaml] W9832/wrong-sam.yaml'] = [
    {
        'message': 'This update changes Handler of Orders but publishes no new version, so callers of Orders.Alias keep the old one; set AutoPublishAliasAllProperties on Orders',
        'path': 'Resources/Orders/Properties/Handler',
        'position': '14:7',
        'rule': 'W9832'
    }
]

snapshots['test_findings[W9832/wrong.yaml] W9832/wrong.yaml'] = [
    {
        'message': 'This update changes Code and Timeout of Orders but publishes no new version, so callers of OrdersLive keep the old one; give Orders a new AWS::Lambda::Version',
        'path': 'Resources/Orders/Properties/Timeout',
        'position': '14:7',
        'rule': 'W9832'
    }
]

snapshots['test_findings[W9833/right-description.yaml] W9833/right-description.yaml'] = [
]

snapshots['test_findings[W9833/right.yaml] W9833/right.yaml'] = [
]

snapshots['test_findings[W9833/wrong-description.yaml] W9833/wrong-description.yaml'] = [
    {
        'message': 'Parameter BuildId changes Code of Orders without publishing a version, so callers of OrdersLive keep the old one; add it to the Description of OrdersVersion',
        'path': 'Resources/Orders',
        'position': '13:3',
        'rule': 'I9836'
    },
    {
        'message': 'Version OrdersVersion is published once, because nothing ever replaces it: callers keep the first deployment; give it a new logical ID with every change',
        'path': 'Resources/OrdersVersion',
        'position': '23:3',
        'rule': 'W9833'
    }
]

snapshots['test_findings[W9833/wrong.yaml] W9833/wrong.yaml'] = [
    {
        'message': 'Version OrdersVersion is published once, because nothing ever replaces it: callers keep the first deployment; give it a new logical ID with every change',
        'path': 'Resources/OrdersVersion',
        'position': '18:3',
        'rule': 'W9833'
    }
]

snapshots['test_findings[W9834/right-rest.yaml] W9834/right-rest.yaml'] = [
]

snapshots['test_findings[W9834/right-sam.yaml] W9834/right-sam.yaml'] = [
]

snapshots['test_findings[W9834/right.yaml] W9834/right.yaml'] = [
]

snapshots['test_findings[W9834/wrong-rest.yaml] W9834/wrong-rest.yaml'] = [
    {
        'message': 'Any (AWS::ApiGateway::Method) moves to qualifier live of Orders, but deployment Deployment keeps invoking $LATEST, whose permission is deleted; give Deployment a new logical ID',
        'path': 'Resources/Deployment',
        'position': '35:3',
        'rule': 'W9834'
    }
]

snapshots['test_findings[W9834/wrong-sam.yaml] W9834/wrong-sam.yaml'] = [
    {
        'message': "Event Hourly of Orders moves to qualifier live before SAM's permission for it exists, so invocations are denied meanwhile; deploy this change alone, at a quiet time",
        'path': 'Resources/Orders/Properties/Events/Hourly',
        'position': '12:9',
        'rule': 'W9834'
    }
]

snapshots['test_findings[W9834/wrong.yaml] W9834/wrong.yaml'] = [
    {
        'message': 'Hourly (AWS::Events::Rule) moves to qualifier live of Orders before permission Permission exists, so invocations are denied meanwhile; deploy the permission first, beside the old one',
        'path': 'Resources/Permission/Properties/FunctionName',
        'position': '29:7',
        'rule': 'W9834'
    }
]

snapshots['test_findings[W9835/right-sam.yaml] W9835/right-sam.yaml'] = [
]

snapshots['test_findings[W9835/right.yaml] W9835/right.yaml'] = [
]

snapshots['test_findings[W9835/wrong-sam.yaml] W9835/wrong-sam.yaml'] = [
    {
        'message': "SAM makes a new version of unchanged Orders: Lambda refuses and the update rolls back; change the function's Description too or keep the version",
        'path': 'Resources/Orders',
        'position': '4:3',
        'rule': 'W9835'
    }
]

snapshots['test_findings[W9835/wrong.yaml] W9835/wrong.yaml'] = [
    {
        'message': "OrdersVersion is a new version of unchanged Orders: Lambda refuses and the update rolls back; change the function's Description too or keep the version",
        'path': 'Resources/OrdersVersion',
        'position': '12:3',
        'rule': 'W9835'
    }
]

snapshots['test_findings[story/alias.yaml] story/alias.yaml'] = [
]

snapshots['test_findings[story/race.yaml] story/race.yaml'] = [
    {
        'message': "This update changes Architectures of Orders (UpdateFunctionCode) and its Layers (UpdateFunctionConfiguration), and between the two calls layer binaries fail with 'exec format error'; invoke an alias first (cfn-lint-lambda-race plan)",
        'path': 'Resources/Orders/Properties/Layers/1',
        'position': '28:11',
        'rule': 'W9831'
    },
    {
        'message': 'Integration (AWS::ApiGatewayV2::Integration) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Integration/Properties/IntegrationUri',
        'position': '61:7',
        'rule': 'W9810'
    }
]
